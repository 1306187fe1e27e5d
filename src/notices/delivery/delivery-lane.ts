import type { TakenDelivery } from '../outbox/deliveries.repository.js';
import type { Recipient } from '../outbox/recipients.js';
import type { Outcome } from './retry-plan.js';

export interface DeliveryLaneOptions {
  channel: Recipient['channel'];
  /** The webhook whose lane it is; null for all mail, and for endpoints of users. */
  endpoint: string | null;
  /** Of each endpoint one attempt at once, so that one that is away takes no more than one place. */
  isFair?: boolean;
  /** Attempts at once. */
  atOnce: number;
  /** One attempt. Rejects only when the signal ends it. */
  send: (delivery: TakenDelivery, signal: AbortSignal) => Promise<Outcome>;
  close?: () => Promise<void>;
}

/** The way to one webhook, to the mail server, or to all users' endpoints: so many attempts at once, whatever happens on other lanes. */
export class DeliveryLane {
  /** The endpoint of each attempt. */
  private readonly busy: string[] = [];

  constructor(private readonly options: DeliveryLaneOptions) {}

  get channel(): Recipient['channel'] {
    return this.options.channel;
  }

  get endpoint(): string | null {
    return this.options.endpoint;
  }

  /** How many more attempts may begin. */
  get room(): number {
    return this.options.atOnce - this.busy.length;
  }

  /** Endpoints that get no other attempt now. */
  get taken(): string[] {
    return this.options.isFair ? [...this.busy] : [];
  }

  get isFair(): boolean {
    return this.options.isFair ?? false;
  }

  takes({ channel, endpoint }: Recipient): boolean {
    return channel === this.channel && (this.endpoint === null || endpoint === this.endpoint);
  }

  send(delivery: TakenDelivery, signal: AbortSignal): Promise<Outcome> {
    return this.options.send(delivery, signal);
  }

  /** Takes a place while the work runs. */
  async run({ endpoint }: Recipient, work: () => Promise<void>): Promise<void> {
    this.busy.push(endpoint);
    try {
      await work();
    } finally {
      this.busy.splice(this.busy.indexOf(endpoint), 1);
    }
  }

  async close(): Promise<void> {
    await this.options.close?.();
  }
}
