import { api, GatewayError, onSessionOver, type Schemas } from './api';

type Session = Schemas['SessionDto'];
type Config = Schemas['PortalConfigDto'];

const tabs = new BroadcastChannel('tallygate-session');

/** Who is signed in, and what the gateway says of itself. */
class CurrentSession {
  /** Undefined until the gateway was asked. */
  config = $state.raw<Config>();
  session = $state.raw<Session>();
  /** That it is over, while a page is open: a dialog over the page asks for the password, and what was typed there stays. */
  isOver = $state(false);
  private waiting: (() => void)[] = [];

  constructor() {
    onSessionOver(() => this.askAgain());
    tabs.onmessage = ({ data }) => (data === 'out' ? this.forget() : void this.start());
  }

  get isAdmin(): boolean {
    return this.session?.user.role === 'admin';
  }

  /** Nobody loses an account, but somebody who had none may have one by now. */
  async hasAccount(): Promise<boolean> {
    if (!this.config?.has_account) this.config = await api.get('/api/portal/config');
    return this.config.has_account !== false;
  }

  async start(): Promise<void> {
    const config = await api.get('/api/portal/config');
    this.session = config.is_signed_in ? await api.get('/api/auth/session').catch(nobody) : undefined;
    this.config = config;
    if (this.session) this.resume();
  }

  /** @throws GatewayError in words for whoever signs in */
  async signIn(email: string, password: string): Promise<void> {
    this.session = await api.post('/api/auth/session', { json: { email, password } });
    this.config = await api.get('/api/portal/config');
    tabs.postMessage('in');
    this.resume();
  }

  async signOut(): Promise<void> {
    await api.delete('/api/auth/session');
    tabs.postMessage('out');
    this.forget();
  }

  /** Of whoever is signed in: what they are called now. */
  rename(user: Schemas['UserDto']): void {
    if (this.session) this.session = { ...this.session, user };
  }

  private forget(): void {
    this.session = undefined;
    this.isOver = false;
  }

  private askAgain(): Promise<void> {
    this.isOver = true;
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private resume(): void {
    this.isOver = false;
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

function nobody(error: unknown): undefined {
  if (error instanceof GatewayError && error.status === 401) return undefined;
  throw error;
}

export const current = new CurrentSession();
