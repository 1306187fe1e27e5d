import { createWriteStream, type WriteStream } from 'node:fs';
import type { FaultName } from './schedule.js';

/**
 * How one attempt ended. `answered`: with a result, also a tool's failure. `denied`: the key was refused. `refused`: too few
 * credits. `unknown`: an earlier try under the same idempotency key still runs, or nobody knows what became of it (409).
 * `failed`: any other error in an answer; whether the call took place may be unknown to the gateway itself. `unheard`: no answer.
 * `abandoned`: the client hung up first.
 */
export const ENDINGS = ['answered', 'denied', 'refused', 'unknown', 'failed', 'unheard', 'abandoned'] as const;
export type Ending = (typeof ENDINGS)[number];

export interface Attempt {
  gateway: number;
  /** Monotonic milliseconds of the client's machine. */
  startedMs: number;
  endedMs: number;
  ending: Ending;
  /** Of an answer: what it says the call was charged, and whether it is a failure. */
  charged?: number;
  isError?: boolean;
  /** HTTP status of an answer. */
  status?: number;
  /** Of a 503: whether it says when to come again. */
  hasRetryAfter?: boolean;
  /** What an error said. */
  problem?: string;
}

/** A call and its attempts: one, or several under one idempotency key. `id` is in its request id, by which its rows are found. */
export interface JournaledCall {
  id: number;
  /** Null: it came without a key. */
  keyId: string | null;
  accountId: number | null;
  tool: string;
  price: number;
  /** Whether it costs its price too when its caller left before its end (`charge_cancelled`). */
  chargesCancelled?: boolean;
  isIdempotent: boolean;
  /** What was wrong with it on purpose. */
  hostility?: string;
  attempts: Attempt[];
}

/** A fault that was brought about, and when. Monotonic milliseconds of the client's machine. */
export interface JournaledFault {
  name: FaultName;
  gateway: number;
  fromMs: number;
  toMs: number;
}

export interface JournaledGrant {
  accountId: number;
  reference: string;
  amount: number;
}

/** Two gateways that began with empty databases together, and were let alone in the end. */
export interface JournaledNewcomers {
  name: string;
  /** What was wrong with them when the patience was over. */
  problem?: string;
}

/** What the clients know, whatever happened to the servers. */
export interface Journal {
  calls: JournaledCall[];
  /** When the revocation of a key was answered. */
  revokedMs: Map<string, number>;
  /** Gifts of credits whose booking was answered. */
  grants: JournaledGrant[];
  newcomers: JournaledNewcomers[];
  faults: JournaledFault[];
  /** How often the slow server ran its tool for a call, by the call's id. */
  runs: ReadonlyMap<number, number>;
}

/** Keeps the journal in memory, and on disk for whoever wants to look into a violation. */
export class JournalKeeper implements Journal {
  readonly calls: JournaledCall[] = [];
  readonly revokedMs = new Map<string, number>();
  readonly grants: JournaledGrant[] = [];
  readonly newcomers: JournaledNewcomers[] = [];
  readonly faults: JournaledFault[] = [];
  private readonly file: WriteStream;

  constructor(
    path: string,
    readonly runs: Journal['runs'],
  ) {
    this.file = createWriteStream(path);
  }

  called(call: JournaledCall): void {
    this.calls.push(call);
    this.write({ call });
  }

  revoked(keyId: string, atMs: number): void {
    this.revokedMs.set(keyId, atMs);
    this.write({ revoked: keyId, atMs });
  }

  granted(grant: JournaledGrant): void {
    this.grants.push(grant);
    this.write({ grant });
  }

  came(newcomers: JournaledNewcomers): void {
    this.newcomers.push(newcomers);
    this.write({ newcomers });
  }

  broke(fault: JournaledFault): void {
    this.faults.push(fault);
    this.write({ fault });
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.file.end(resolve));
  }

  private write(line: object): void {
    if (this.file.writable) this.file.write(`${JSON.stringify(line)}\n`);
  }
}
