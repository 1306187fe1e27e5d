import type { TakenDelivery } from '../outbox/deliveries.repository.js';
import type { Recipient } from '../outbox/recipients.js';
import type { Outcome } from './retry-plan.js';

export interface DeliveryLaneOptions {
  channel: Recipient['channel'];
  /** The webhook whose lane it is; null for all mail. */
  endpoint: string | null;
  /** Attempts at once. */
  atOnce: number;
  /** One attempt. Rejects only when the signal ends it. */
  send: (delivery: TakenDelivery, signal: AbortSignal) => Promise<Outcome>;
  close?: () => Promise<void>;
}

/** The way to one webhook, or to the mail server: so many attempts at once, whatever happens on other lanes. */
export class DeliveryLane {
  private busy = 0;

  constructor(private readonly options: DeliveryLaneOptions) {}

  get channel(): Recipient['channel'] {
    return this.options.channel;
  }

  get endpoint(): string | null {
    return this.options.endpoint;
  }

  /** How many more attempts may begin. */
  get room(): number {
    return this.options.atOnce - this.busy;
  }

  takes({ channel, endpoint }: Recipient): boolean {
    return channel === this.channel && (this.endpoint === null || endpoint === this.endpoint);
  }

  send(delivery: TakenDelivery, signal: AbortSignal): Promise<Outcome> {
    return this.options.send(delivery, signal);
  }

  /** Takes a place while the work runs. */
  async run(work: () => Promise<void>): Promise<void> {
    this.busy += 1;
    try {
      await work();
    } finally {
      this.busy -= 1;
    }
  }

  async close(): Promise<void> {
    await this.options.close?.();
  }
}
