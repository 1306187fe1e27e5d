import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { loggerFor } from '../../common/log-contexts.js';
import { Clock } from '../../common/clock.js';
import { DAY_MS, HOUR_MS, utcSecond } from '../../common/utc-day.js';
import { AppConfig } from '../../config/app-config.js';
import { UsageCountsRepository } from '../reports/usage-counts.repository.js';
import { BY_TIME, UsageLogRepository } from '../reports/usage-log.repository.js';
import { DirtyHoursRepository } from './dirty-hours.repository.js';
import { FIRST_PLACE, UsageHoursRepository, type GivenHour, type HourCounts, type OutboxRow } from './usage-hours.repository.js';

/** After a turn that took long the next one waits longer, so that turns are at most a hundredth of ClickHouse's time. */
const PAUSE_FACTOR = 100;
const RETRY_MS = 1_000;
const STRETCH_GAP_HOURS = 24;
/** Calls that are looked for at once, some megabytes. */
const ROWS_MAX = 5_000;

/**
 * Asks ClickHouse whether it still has what it was given, as long as the outbox has it, too: what is missing is sent again. A ClickHouse
 * that lost a disk, came back from an older copy or was emptied heals by itself (docs/adr/0022-verified-usage.md). Then the hours of the
 * outbox go that are past `usage.keep_outbox_hours`. Runs in the deliverer, between batches, so that nothing is half sent.
 */
@Injectable()
export class UsageVerification {
  private readonly logger = loggerFor('Usage delivery');
  /** Monotonic, ms. */
  private dueAt = -Infinity;

  constructor(
    private readonly hours: UsageHoursRepository,
    private readonly dirtyHours: DirtyHoursRepository,
    private readonly counts: UsageCountsRepository,
    private readonly log: UsageLogRepository,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** ClickHouse was away: who knows what it has lost. */
  expire(): void {
    this.dueAt = -Infinity;
  }

  /**
   * Where it is due: verifies, heals, and drops what is past keeping. Where it cannot, nothing is dropped, and it is tried again;
   * delivery goes on meanwhile.
   */
  async turn(signal: AbortSignal): Promise<void> {
    const started = this.clock.monotonic();
    if (started < this.dueAt) return;
    const isDone = await this.verifyAndDrop(signal).then(
      () => true,
      (error: Error) => (signal.aborted || this.logger.warn(`ClickHouse could not be verified: ${error.message}`), false),
    );
    const now = this.clock.monotonic();
    const pauseMs = isDone ? 1_000 * this.config.values.usage.verify_interval_seconds : RETRY_MS;
    this.dueAt = now + Math.max(pauseMs, PAUSE_FACTOR * (now - started));
  }

  private async verifyAndDrop(signal: AbortSignal): Promise<void> {
    await this.verify(signal);
    const dropped = await this.hours.dropFinished(this.config.values.usage.keep_outbox_hours);
    if (dropped.length > 0) this.logger.log(`Dropped from the outbox, delivered and verified: ${dropped.join(', ')}`);
  }

  /** Compares all hours that the outbox has, and heals those that differ. */
  async verify(signal: AbortSignal): Promise<void> {
    const given = await this.hours.given(this.config.values.usage.keep_months);
    for (const stretch of stretchesOf(given)) await this.verifyStretch(stretch, signal);
    await this.hours.noteVerified();
  }

  private async verifyStretch(given: GivenHour[], signal: AbortSignal): Promise<void> {
    const kept = await this.log.countByHour(given[0]!.hour, lengthOf(given), signal);
    for (const hour of given) if (differs(hour, kept)) await this.heal(hour, signal);
    await this.verifyByTime(given, signal);
    await this.verifyRollup(given, signal);
  }

  /** The table by time may have lost what the log has, or never got it, from an earlier release: then it is copied. */
  private async verifyByTime(given: GivenHour[], signal: AbortSignal): Promise<void> {
    const since = utcSecond(this.clock.now() - DAY_MS * this.config.values.usage.keep_recent_days + HOUR_MS);
    const place = [given[0]!.hour, lengthOf(given), signal] as const;
    const kept = new Map((await this.log.countByHour(...place, BY_TIME)).map((counts) => [counts.hour, counts]));
    for (const counts of await this.log.countByHour(...place))
      if (counts.hour > since && !isSame(counts, kept.get(counts.hour))) await this.log.copyByTime(counts.hour);
  }

  private async heal(given: GivenHour, signal: AbortSignal): Promise<void> {
    const { hour } = given;
    let healed = await this.sendAgain(hour, (rows) => this.missingOf(hour, rows, signal), signal);
    let kept = await this.log.countByHour(hour, 1, signal);
    if (kept[0]?.calls === given.calls && differs(given, kept)) {
      healed += await this.sendAgain(hour, async (rows) => rows, signal); // all are there, and some are not as they were
      kept = await this.log.countByHour(hour, 1, signal);
    }
    const missing = given.calls - (kept[0]?.calls ?? 0);
    await this.hours.note(hour, { healed, lost: Math.max(0, missing), surplus: Math.max(0, -missing) });
    if (healed > 0)
      this.logger.warn(`ClickHouse did not have ${healed} calls of the hour ${hour} as it was given them; they were sent again`);
    if (missing > 0) this.logger.error(`ClickHouse has lost ${missing} calls of the hour ${hour} that the outbox no longer has`);
    if (missing < 0) this.logger.warn(`ClickHouse has ${-missing} calls of the hour ${hour} more than it was given`);
  }

  /** Sends again what is chosen of an hour's calls. @returns How many that were. */
  private async sendAgain(
    hour: string,
    choose: (rows: OutboxRow[]) => Promise<OutboxRow[]>,
    signal: AbortSignal,
  ): Promise<number> {
    let sent = 0;
    let rows: OutboxRow[];
    let after: Pick<OutboxRow, 'tx' | 'seq'> = FIRST_PLACE;
    do {
      rows = await this.hours.delivered(hour, after, ROWS_MAX);
      after = rows.at(-1) ?? after;
      const chosen = rows.length > 0 ? await choose(rows) : [];
      if (chosen.length > 0) await this.send(hour, chosen, signal);
      sent += chosen.length;
    } while (rows.length === ROWS_MAX);
    return sent;
  }

  private async missingOf(hour: string, rows: OutboxRow[], signal: AbortSignal): Promise<OutboxRow[]> {
    const idOf = ({ body }: OutboxRow) => /"id": ?"([0-9a-f-]{36})"/.exec(body)?.[1] ?? '';
    const kept = new Set(await this.log.findIds(hour, rows.map(idOf), signal));
    return rows.filter((row) => !kept.has(idOf(row)));
  }

  private async send(hour: string, rows: OutboxRow[], signal: AbortSignal): Promise<void> {
    await this.dirtyHours.mark([`${hour}+00`]);
    await this.log.insert(`heal/${randomUUID()}`, rows.map(({ body }) => body).join('\n'), signal);
  }

  /** The rollup of an hour may be lost like its rows: then it is made again. */
  private async verifyRollup(given: GivenHour[], signal: AbortSignal): Promise<void> {
    const from = given[0]!.hour;
    const until = given.at(-1)!.hour;
    const rows = await this.counts.sumsByHour(from, lengthOf(given), signal);
    const rolledUp = new Map(rows.map((counts) => [counts.hour, counts]));
    const dirty = new Set(await this.dirtyHours.findBetween(from, `${until.slice(0, 14)}59:59`));
    const isWrong = ({ hour, calls, credits, lost, surplus }: GivenHour) => {
      const there = rolledUp.get(hour) ?? { calls: 0, credits: 0 };
      return there.calls !== calls - lost + surplus || (lost + surplus === 0 && there.credits !== credits);
    };
    const wrong = given.filter((one) => !dirty.has(one.hour) && isWrong(one));
    if (wrong.length > 0) await this.dirtyHours.mark(wrong.map(({ hour }) => `${hour}+00`));
  }
}

const isSame = (a: HourCounts, b: HourCounts | undefined): boolean =>
  a.calls === b?.calls && a.credits === b.credits && a.idSum === b.idSum;

/** Hours that are close to each other, so that one of a gateway whose clock was wrong by a year makes nobody read the year. */
function stretchesOf(given: GivenHour[]): GivenHour[][] {
  const stretches: GivenHour[][] = [];
  for (const hour of given) {
    const last = stretches.at(-1);
    if (last && hoursBetween(last.at(-1)!, hour) <= STRETCH_GAP_HOURS) last.push(hour);
    else stretches.push([hour]);
  }
  return stretches;
}

const hoursBetween = (a: GivenHour, b: GivenHour): number => (Date.parse(`${b.hour}Z`) - Date.parse(`${a.hour}Z`)) / HOUR_MS;
const lengthOf = (stretch: GivenHour[]): number => 1 + hoursBetween(stretch[0]!, stretch.at(-1)!);

/** Where calls are known to be lost or too many, their number alone counts: nobody knows their ids. */
function differs({ hour, calls, credits, idSum, lost, surplus }: GivenHour, kept: HourCounts[]): boolean {
  const there = kept.find((counts) => counts.hour === hour) ?? { calls: 0, credits: 0, idSum: 0 };
  if (lost + surplus > 0) return there.calls !== calls - lost + surplus;
  return there.calls !== calls || there.credits !== credits || there.idSum !== idSum;
}
