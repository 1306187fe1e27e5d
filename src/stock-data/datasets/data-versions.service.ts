import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { ChangeListeners } from '../../common/concurrency/change-listeners.js';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import type { Dataset } from './dataset.js';
import { DATASETS } from './datasets.js';
import { ImportLogRepository } from '../import/import-log.repository.js';

/** How soon this process notices an import that another one made. */
const POLL_INTERVAL_MS = 5_000;

interface State {
  version: number;
  rows: number;
}

/** The current version of every dataset, and whether it has rows. Polled, since any process may import. */
@Injectable()
export class DataVersions implements OnModuleDestroy {
  private readonly poll = new PeriodicTask('Stock data', POLL_INTERVAL_MS, () => this.refresh());
  private readonly changes = new ChangeListeners();
  private states = new Map<string, State>();
  private asked = 0;
  private applied = 0;
  private current = '';

  constructor(private readonly log: ImportLogRepository) {}

  /** Changes whenever any dataset does; part of the key of every cached result. */
  get key(): string {
    return this.current;
  }

  hasRows(dataset: Dataset): boolean {
    return (this.states.get(dataset.table)?.rows ?? 0) > 0;
  }

  /**
   * Calls the listener after every change of a version, and when a dataset gets its first row or loses its last.
   * Returns a function that stops this.
   */
  onChange(listener: () => void): () => void {
    return this.changes.add(listener);
  }

  /** Reads the versions now and then at every interval. */
  async start(): Promise<void> {
    await this.refresh();
    this.poll.start();
  }

  /** An answer that a later one has overtaken is dropped. */
  async refresh(): Promise<void> {
    const question = ++this.asked;
    const rows = await this.log.versions(DATASETS.map(({ table }) => table));
    if (question < this.applied) return;
    this.applied = question;
    this.states = new Map(rows.map(({ table, version, rows }) => [table, { version, rows }]));
    const key = DATASETS.map((dataset) => `${this.states.get(dataset.table)?.version ?? 0}${this.hasRows(dataset)}`).join();
    if (key === this.current) return;
    this.current = key;
    this.changes.tell();
  }

  async onModuleDestroy(): Promise<void> {
    await this.poll.stop();
  }
}
