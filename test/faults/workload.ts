import { setTimeout as pause } from 'node:timers/promises';
import { ADD_PRICE, type Cluster } from './cluster.js';
import type { Attempt, JournalKeeper, JournaledCall } from './journal.js';
import { attempt } from './mcp-caller.js';
import { randomNumbers } from './schedule.js';
import type { Caller, RestCaller } from './users.js';

/** Between two calls of one caller, at most. */
const PAUSE_MAX_MS = 60;
/** Between two tries of a client that was not answered. */
const RETRY_PAUSE_MS = 200;
const ATTEMPTS_MAX = 5;
/** After the end, when everything is well again, of what has to be known. */
const LAST_TRIES = 50;
/** One call in so many carries an idempotency key and is tried again until it is answered. */
const IDEMPOTENT_SHARE = 0.25;
const PRICED_SHARE = 0.5;
const KEY_LIVES_MS = 2_000;
/** A revoked key is still tried for this long: longer than it may be believed. */
const KEY_HAUNTS_MS = 5_000;
const GRANT_EVERY_MS = 1_500;
/** Too few for what the poor account is asked for, so that it runs out again and again. */
const POOR_GRANT = 5;
const RICH_GRANT = 1_000_000;

/** Clients that call, make and revoke keys and give credits through whichever gateway, and write down what they know. */
export class Workload {
  private readonly over = new AbortController();
  private readonly random: () => number;
  private keys: Caller[] = [];
  private nextCall = 1;
  private nextGrant = 1;

  constructor(
    private readonly cluster: Cluster,
    private readonly rest: RestCaller,
    private readonly journal: JournalKeeper,
    private readonly options: { seed: number; callers: number },
  ) {
    this.random = randomNumbers(options.seed);
  }

  /** Runs until `finish`; resolves when every client has ended what it was doing. */
  async run(callers: Caller[]): Promise<void> {
    this.keys = [...callers];
    const [rich, poor] = callers as [Caller, Caller];
    await this.grant(rich.accountId!, RICH_GRANT);
    const calling = Array.from({ length: this.options.callers }, () => this.repeat(() => this.call(), PAUSE_MAX_MS));
    const granting = this.repeat(() => this.grant(poor.accountId!, POOR_GRANT), GRANT_EVERY_MS);
    const churning = callers.map((caller) => this.repeat(() => this.useKeyForAWhile(caller), PAUSE_MAX_MS));
    await Promise.all([...calling, granting, ...churning]);
  }

  finish(): void {
    this.over.abort();
  }

  private get isOver(): boolean {
    return this.over.signal.aborted;
  }

  private async repeat(work: () => Promise<void>, pauseMaxMs: number): Promise<void> {
    while (!this.isOver) {
      await work();
      await pause(pauseMaxMs * this.random());
    }
  }

  private async call(): Promise<void> {
    const { keyId, key, accountId } = this.keys[Math.floor(this.random() * this.keys.length)]!;
    const id = this.nextCall++;
    const isPriced = this.random() < PRICED_SHARE;
    const isIdempotent = this.random() < IDEMPOTENT_SHARE;
    const what = isPriced ? { tool: 'add', args: { a: id, b: 1 } } : { tool: 'greet', args: { name: String(id) } };
    const request = { key, ...what, ...(isIdempotent && { idempotencyKey: `call-${id}` }) };
    const price = isPriced ? ADD_PRICE : 0;
    const call: JournaledCall = { id, keyId, accountId, price, isIdempotent, attempts: [] };
    do call.attempts.push(await this.attempt(request));
    while (isIdempotent && (await this.isWorthAnother(call.attempts)));
    this.journal.called(call);
  }

  private async isWorthAnother(attempts: Attempt[]): Promise<boolean> {
    const { ending, isError } = attempts.at(-1)!;
    const isOpen = ending === 'unheard' || ending === 'failed' || (ending === 'answered' && isError);
    if (!isOpen || attempts.length >= ATTEMPTS_MAX) return false;
    await pause(RETRY_PAUSE_MS);
    return true;
  }

  /** Of a gateway that is down it is known that it was not called. */
  private async attempt(request: { key: string; tool: string; args: object }): Promise<Attempt> {
    const gateway = await this.anyGateway();
    return attempt(gateway, { url: this.cluster.gateways[gateway]!.running?.mcpUrl ?? 'http://127.0.0.1:1', ...request });
  }

  private async anyGateway(): Promise<number> {
    const up = this.cluster.gateways.flatMap(({ running }, n) => (running ? [n] : []));
    return up[Math.floor(this.random() * up.length)] ?? this.cluster.gateways.length - 1;
  }

  /** Through one gateway made, through another revoked, and tried on all of them for some time after. */
  private async useKeyForAWhile(owner: Caller): Promise<void> {
    const made = await this.insist((gateway) => this.rest.createKey(gateway, owner.userId));
    if (!made) return;
    const caller = { ...owner, ...made };
    this.keys.push(caller);
    await pause(KEY_LIVES_MS * this.random());
    await this.revoke(caller);
    await pause(KEY_HAUNTS_MS, undefined, { signal: this.over.signal }).catch(() => undefined);
    this.keys.splice(this.keys.indexOf(caller), 1);
  }

  private async revoke({ userId, keyId }: Caller): Promise<void> {
    const revoked = await this.insist(async (gateway) => {
      await this.rest.revokeKey(gateway, userId, keyId);
      return true;
    });
    if (revoked) this.journal.revoked(keyId, performance.now());
  }

  private async grant(accountId: number, amount: number): Promise<void> {
    const reference = `gift-${this.nextGrant++}`;
    const booked = await this.insist(async (gateway) => {
      await this.rest.grant(gateway, accountId, amount, reference);
      return true;
    }, true);
    if (booked) this.journal.granted({ accountId, reference, amount });
  }

  /** Tries until it is answered. Undefined when the run ends before, unless it has to be known. */
  private async insist<T>(work: (gateway: number) => Promise<T>, mustBeKnown = false): Promise<T | undefined> {
    let triesLeft = mustBeKnown ? LAST_TRIES : 0;
    while (!this.isOver || triesLeft-- > 0) {
      try {
        return await work(await this.anyGateway());
      } catch {
        await pause(RETRY_PAUSE_MS);
      }
    }
    return undefined;
  }
}
