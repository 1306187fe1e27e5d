import type { GatewayError } from './api';
import { asGatewayError } from './remote.svelte';

/** What a form or a button does: whether it is under way, and what went wrong the last time. */
export class Action {
  isBusy = $state(false);
  error = $state.raw<GatewayError>();

  constructor(private readonly work: () => Promise<unknown>) {}

  run = async (): Promise<void> => {
    this.isBusy = true;
    this.error = undefined;
    try {
      await this.work();
    } catch (error) {
      this.error = asGatewayError(error);
    } finally {
      this.isBusy = false;
    }
  };

  submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void this.run();
  };

  /** What the gateway found wrong with a field, by its name in the body. */
  problemOf(field: string): string | undefined {
    return this.error?.invalidFields.find(({ loc }) => loc.includes(field))?.msg;
  }

  /** What went wrong, unless it stands at one of these fields already. */
  errorBeside(...fields: string[]): GatewayError | undefined {
    return fields.some((field) => this.problemOf(field)) ? undefined : this.error;
  }
}
