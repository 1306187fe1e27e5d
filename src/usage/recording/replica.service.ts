import { Injectable } from '@nestjs/common';
import { hostname } from 'node:os';
import { AppConfig } from '../../config/app-config.js';
import { leaseMsOf } from '../../config/credits-config.js';
import { ReplicasRepository, type OpenReplica } from './replicas.repository.js';

/** A statement that writes for a replica: numbered, so that one that is sent again is not done twice. */
export interface Batch {
  replicaId: number;
  number: number;
}

/**
 * This process among those that write. It has an id for as long as it is heard; one that was silent for `credits.lease_seconds` may
 * be closed by others, who release what it holds, and goes on under a new one (docs/adr/0021-leases-and-posting.md).
 */
@Injectable()
export class Replica {
  /** Once it is closed by others, or by itself, undefined until it is opened again. */
  private currentId: number | undefined;
  private opening: Promise<number> | undefined;
  private lastBatch = 0;

  constructor(
    private readonly repository: ReplicasRepository,
    private readonly config: AppConfig,
  ) {}

  /** How long it is believed to live after it was last heard, ms. */
  get termMs(): number {
    return leaseMsOf(this.config.values.credits);
  }

  get id(): number | undefined {
    return this.currentId;
  }

  /** Its id, a new one where it has none. */
  open(): Promise<number> {
    if (this.currentId !== undefined) return Promise.resolve(this.currentId);
    this.opening ??= this.repository
      .open(`${hostname()}:${process.pid}`, this.termMs)
      .then((id) => (this.currentId = id))
      .finally(() => (this.opening = undefined));
    return this.opening;
  }

  /** The number of the next batch: greater than all before. */
  async nextBatch(): Promise<Batch> {
    return { replicaId: await this.open(), number: ++this.lastBatch };
  }

  /** The last batch so far, after which a statement is sent that is none. */
  async currentBatch(): Promise<Batch> {
    const replicaId = await this.open();
    return { replicaId, number: this.lastBatch };
  }

  /** Others have closed it: what it held is no longer its own. */
  lose(id: number): void {
    if (this.currentId === id) this.currentId = undefined;
  }

  /** All that are open, this one too. They tell their terms as they are configured, which is alike for all. */
  all(): Promise<OpenReplica[]> {
    return this.repository.all(this.termMs);
  }

  /** Tells that it is alive. */
  async renew(callsSince: number | undefined): Promise<void> {
    const id = this.currentId;
    if (id !== undefined && !(await this.repository.renew(id, this.termMs, callsSince))) this.lose(id);
  }

  async close(): Promise<void> {
    const id = this.currentId;
    if (id === undefined) return;
    this.lose(id);
    await this.repository.close(id);
  }
}
