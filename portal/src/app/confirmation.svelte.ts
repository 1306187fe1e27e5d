import { api, GatewayError, onConfirmationRequired } from './api';

interface Waiting {
  resolve: () => void;
  reject: (error: GatewayError) => void;
}

/** Some changes need the password once more (`CONFIRMATION_REQUIRED`): they wait here for it, whichever page they come from. */
class PasswordConfirmation {
  isAsked = $state(false);
  private waiting: Waiting[] = [];

  constructor() {
    onConfirmationRequired(() => this.ask());
  }

  /** @throws GatewayError when the password is not theirs */
  async confirm(password: string): Promise<void> {
    await api.post('/api/auth/session/confirm', { json: { password } });
    this.end(({ resolve }) => resolve());
  }

  cancel(): void {
    const words = 'Nothing has changed: it needs your password.';
    this.end(({ reject }) => reject(new GatewayError(words, { errorCode: 'CONFIRMATION_REQUIRED' })));
  }

  private ask(): Promise<void> {
    this.isAsked = true;
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  private end(tell: (one: Waiting) => void): void {
    this.isAsked = false;
    this.waiting.splice(0).forEach(tell);
  }
}

export const confirmation = new PasswordConfirmation();
