import { setTimeout as pause } from 'node:timers/promises';
import { attempt } from './attempt.js';
import type { Cluster } from './cluster.js';
import { hostileCall } from './hostile-call.js';
import type { Attempt, JournalKeeper, JournaledCall } from './journal.js';
import { quickCall, slowCall, type PlannedCall } from './planned-call.js';
import { mcpCall } from './requests.js';
import { randomNumbers } from './schedule.js';
import { TEMPLATES } from './slow-server.js';
import type { Caller, RestCaller } from './users.js';

/** Between two calls of one caller, at most. */
const PAUSE_MAX_MS = 60;
/** Between two hostile calls of one caller, at most. */
const HOSTILE_PAUSE_MAX_MS = 500;
/** Between two tries of a client that was not answered, and of one that was told that its first try may still run. */
const RETRY_PAUSE_MS = 200;
const UNKNOWN_PAUSE_MS = 1_000;
const ATTEMPTS_MAX = 5;
/** After the end, when everything is well again, of what has to be known. */
const LAST_TRIES = 50;
/** Callers, beside the others, of slow tools, and of what nobody should call; both for each of the others. */
const SLOW_CALLERS = 1 / 2;
const HOSTILE_CALLERS = 1 / 6;
const KEY_LIVES_MS = 2_000;
/** A revoked key is still tried for this long: longer than it may be believed. */
const KEY_HAUNTS_MS = 5_000;
const GRANT_EVERY_MS = 1_500;
/** Too few for what the poor account is asked for, so that it runs out again and again. */
const POOR_GRANT = 5;
const RICH_GRANT = 1_000_000;
const NOWHERE = { mcpUrl: 'http://127.0.0.1:1', restUrl: 'http://127.0.0.1:1' };

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
    for (const template of Object.keys(TEMPLATES)) await this.rest.registerServer(template);
    const calling = [
      ...this.callers(1, PAUSE_MAX_MS, () => this.call(quickCall)),
      ...this.callers(SLOW_CALLERS, PAUSE_MAX_MS, () => this.call(slowCall)),
      ...this.callers(HOSTILE_CALLERS, HOSTILE_PAUSE_MAX_MS, () => this.callHostilely()),
    ];
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

  private callers(share: number, pauseMaxMs: number, work: () => Promise<void>): Promise<void>[] {
    return Array.from({ length: Math.ceil(share * this.options.callers) }, () => this.repeat(work, pauseMaxMs));
  }

  private async repeat(work: () => Promise<void>, pauseMaxMs: number): Promise<void> {
    while (!this.isOver) {
      await work();
      await pause(pauseMaxMs * this.random());
    }
  }

  private async call(plan: (id: number, random: () => number) => PlannedCall): Promise<void> {
    const { keyId, key, accountId } = this.anyKey();
    const id = this.nextCall++;
    const { args, patienceMs, hangUpMs, ...what } = plan(id, this.random);
    const call: JournaledCall = { id, keyId, accountId, ...what, attempts: [] };
    const idempotencyKey = call.isIdempotent ? `call-${id}` : undefined;
    do {
      const gateway = this.anyGateway();
      const url = this.urlsOf(gateway).mcpUrl;
      const leaves = call.attempts.length === 0 ? hangUpMs : undefined; // who asks again wants to know
      const request = mcpCall({ id, url, key, tool: what.tool, args, idempotencyKey, patienceMs, hangUpMs: leaves });
      call.attempts.push(await attempt(gateway, request));
    } while (call.isIdempotent && (await this.isWorthAnother(call.attempts)));
    this.journal.called(call);
  }

  private async callHostilely(): Promise<void> {
    const { keyId, key, accountId } = this.anyKey();
    const id = this.nextCall++;
    const gateway = this.anyGateway();
    const { request, hasKey, ...what } = hostileCall({ id, key, ...this.urlsOf(gateway) }, this.random);
    const attempts = [await attempt(gateway, request)];
    const caller = hasKey ? { keyId, accountId } : { keyId: null, accountId: null };
    this.journal.called({ id, ...caller, ...what, isIdempotent: false, attempts });
  }

  /** What has no end that is known yet. A key whose first try had an unknown end keeps it: nobody waits for ten minutes. */
  private async isWorthAnother(attempts: Attempt[]): Promise<boolean> {
    const { ending, isError } = attempts.at(-1)!;
    const isEnd = ending === 'denied' || ending === 'refused' || (ending === 'answered' && !isError);
    if (isEnd || attempts.length >= ATTEMPTS_MAX) return false;
    await pause(ending === 'unknown' ? UNKNOWN_PAUSE_MS : RETRY_PAUSE_MS);
    return true;
  }

  private anyKey(): Caller {
    return this.keys[Math.floor(this.random() * this.keys.length)]!;
  }

  /** Of a gateway that is down it is known that it was not called. */
  private urlsOf(gateway: number): { mcpUrl: string; restUrl: string } {
    const { running } = this.cluster.gateways[gateway]!;
    return running ? { mcpUrl: running.mcpUrl, restUrl: running.restUrl } : NOWHERE;
  }

  private anyGateway(): number {
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
        return await work(this.anyGateway());
      } catch {
        await pause(RETRY_PAUSE_MS);
      }
    }
    return undefined;
  }
}
