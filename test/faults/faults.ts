import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Lane } from '../../src/clickhouse/engine/lane.js';
import { eventually } from '../support/eventually.js';
import type { Cluster } from './cluster.js';
import type { JournalKeeper } from './journal.js';
import { startNewcomers } from './newcomers.js';
import type { ClickHouseFault } from './parts.js';
import type { PairOfPostgres } from './postgres-part.js';
import type { FaultName, PlannedFault } from './schedule.js';
import { killStarts } from './starts.js';

const HOUR_MS = 3_600_000;
const WINDOW = 'non_replicated_deduplication_window';

/** A table that is altered on a full disk is lost (src/clickhouse/disk-room.ts), so the two faults that would do it take turns. */
const turns = new Lane(1, 10);
/** Each needs the standby that the one before it made. */
const failovers = new Lane(1, 10);
const FAIL_OVER_MAX_MS = 60_000;
const RESTORE_MAX_MS = 60_000;
const DETACH_MAX_MS = 20_000;
const USAGE_PARTS = "SELECT table, name FROM system.parts WHERE active AND table LIKE 'mcp_tool_usage_%' ORDER BY table, name";
const tooMany = () => new Error('other faults of the kind were waiting');

/** Brings a fault about, and ends it. Resolves when it is over; its part recovers by itself or by its supervisor. */
type Inject = (cluster: Cluster, fault: PlannedFault, journal: JournalKeeper) => Promise<void>;

const terminate = (application: string) =>
  `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '${application}'`;

const INJECT: Record<FaultName, Inject> = {
  'gateway killed': async ({ gateways, supervisors }, { gateway, lastsMs }) => {
    supervisors.gateways[gateway]!.holdDown(lastsMs);
    gateways[gateway]!.signal('SIGKILL');
    await pause(lastsMs);
  },

  // Each start is ended at another moment of it, until the time is over; the one that comes then is left alone.
  'gateway killed while it starts': async ({ gateways }, { gateway, lastsMs, dice }) => {
    gateways[gateway]!.signal('SIGKILL');
    const ended = await killStarts(gateways[gateway]!, { forMs: lastsMs, dice, startMs: gateways[gateway]!.startMs });
    if (ended === 0) throw new Error('the gateway was never on its way');
  },

  'two gateways killed while they start on empty databases': startNewcomers,

  'gateway restarted': async ({ gateways }, { gateway }) => gateways[gateway]!.signal('SIGTERM'),

  'gateway paused': async ({ gateways }, { gateway, lastsMs }) => {
    gateways[gateway]!.signal('SIGSTOP');
    await pause(lastsMs);
    gateways[gateway]!.signal('SIGCONT');
  },

  // It resumes in the belief that it holds the delivery lock and hears of changes; PostgreSQL has given both up.
  'gateway paused and robbed of its locks': async ({ gateways }, { gateway, lastsMs }) => {
    gateways[gateway]!.signal('SIGSTOP');
    gateways[gateway]!.ways.cut();
    gateways[gateway]!.ways.restore();
    await pause(lastsMs);
    gateways[gateway]!.signal('SIGCONT');
  },

  'gateway cut off from PostgreSQL': async ({ gateways }, { gateway, lastsMs }) => {
    gateways[gateway]!.ways.cut();
    await pause(lastsMs);
    gateways[gateway]!.ways.restore();
  },

  // Neither side is told: notifications, statements and answers are swallowed; half of the time for ever.
  'gateway unheard by PostgreSQL': async ({ gateways }, { gateway, lastsMs, dice }) => {
    gateways[gateway]!.ways.silence();
    await pause(lastsMs);
    if (dice < 0.5) gateways[gateway]!.ways.cut();
    gateways[gateway]!.ways.restore();
  },

  'gateway clock stepped': async ({ gateways }, { gateway, lastsMs, dice }) => {
    gateways[gateway]!.setClock(clockStepOf(dice));
    await pause(lastsMs);
    gateways[gateway]!.setClock(0);
  },

  'notifications lost': (cluster) => cluster.sql(terminate('tallygate changes')),

  // The insert of the one that holds the lock comes late; meanwhile it loses the lock, and another sends the same batch.
  'two deliverers': async (cluster, { lastsMs }) => {
    await cluster.clickhouse.arm('late', 2);
    await pause(300);
    await cluster.sql(terminate('tallygate usage delivery'));
    await pause(lastsMs);
    await cluster.clickhouse.arm('none', 0);
  },

  'PostgreSQL killed': killPostgres('SIGKILL'),
  'PostgreSQL stopped at once': killPostgres('SIGQUIT'),

  // The machine is gone, and after a while somebody promotes the standby.
  'PostgreSQL failed over': failOver(async (pair, lastsMs) => {
    pair.kill();
    await pause(lastsMs);
    await pair.promote();
  }),

  // Somebody promotes the standby of a primary that lives, and answers whoever still asks it.
  'PostgreSQL promoted beside its primary': failOver(async (pair, lastsMs) => {
    await pair.promote();
    await pause(lastsMs);
  }),

  'PostgreSQL disk full': async ({ disks }, { lastsMs }) => {
    await disks.postgres!.fill();
    await pause(lastsMs);
    disks.postgres!.empty();
  },

  'ClickHouse refuses': armed('refuse'),
  'ClickHouse hangs': armed('hang'),
  'ClickHouse answers 500': armed('internal-error'),
  'ClickHouse has too many parts': armed('error'),
  'ClickHouse times out after commit': armed('timeout-after-commit'),
  'ClickHouse killed': killClickHouse,

  // An insert is committed and not answered, then ClickHouse is away until it has forgotten the insert's token: the table's
  // window is emptied, which is what a thousand other inserts would do. The batch that comes again is stored twice.
  'ClickHouse away beyond its deduplication': async (cluster, fault) => {
    const { clickhouse } = cluster;
    await clickhouse.arm('timeout-after-commit', 4);
    await pause(1_000);
    await clickhouse.arm('none', 0);
    await turns.run(async () => {
      for (const size of [0, 1_000])
        await clickhouse.command(`ALTER TABLE mcp_tool_usage_log MODIFY SETTING ${WINDOW} = ${size}`);
    }, tooMany);
    await killClickHouse(cluster, fault);
  },

  'ClickHouse disk full': ({ disks }, { lastsMs }) =>
    turns.run(async () => {
      await disks.clickhouse!.fill();
      await pause(lastsMs);
      disks.clickhouse!.empty();
    }, tooMany),

  // It is started again, and again, on the full disk.
  'ClickHouse disk full, and killed': ({ clickhouse, disks }, { lastsMs }) =>
    turns.run(async () => {
      await disks.clickhouse!.fill();
      await pause(lastsMs / 2);
      clickhouse.kill();
      await pause(lastsMs / 2);
      disks.clickhouse!.empty();
    }, tooMany),

  // What it was given and rolled up in the meantime is gone, and nobody says so.
  'ClickHouse restored from an old copy': async ({ clickhouse, folder, supervisors }, { lastsMs }) => {
    const copy = join(folder, 'clickhouse-copy');
    await clickhouse.copyTo(copy);
    await pause(lastsMs);
    supervisors.clickhouse.holdDown(RESTORE_MAX_MS);
    await clickhouse.restoreFrom(copy).finally(() => supervisors.clickhouse.holdDown(0));
  },

  // By hand, of the rows or of the rollup. One that is merged away meanwhile is no longer there to be detached.
  'ClickHouse part detached': ({ clickhouse }, { dice }) =>
    eventually(async () => {
      const parts = await clickhouse.query<{ table: string; name: string }>(USAGE_PARTS);
      const { table, name } = parts[Math.floor(dice * parts.length)]!;
      await clickhouse.command(`ALTER TABLE ${table} DETACH PART '${name}'`);
    }, DETACH_MAX_MS),
};

/** @throws when its target was down already, so that it hit nothing. */
export async function inject(cluster: Cluster, fault: PlannedFault, journal: JournalKeeper): Promise<void> {
  const isOfGateway = fault.name.startsWith('gateway');
  if (isOfGateway && !cluster.gateways[fault.gateway]!.running) throw new Error('the gateway was down');
  await INJECT[fault.name](cluster, fault, journal);
}

/** Ends whatever a fault may have left behind. */
export async function callOff(cluster: Cluster): Promise<void> {
  for (const disk of Object.values(cluster.disks)) disk?.empty();
  for (const gateway of cluster.gateways) {
    gateway.signal('SIGCONT');
    gateway.ways.restore();
    gateway.setClock(0);
  }
  await cluster.clickhouse.arm('none', 0).catch(() => undefined); // it is down, and starts without a fault
}

/** Mostly back by hours, so that calls fall into hours that are closed and rolled up already; else forward by up to two. */
const clockStepOf = (dice: number): number => Math.round(HOUR_MS * (dice < 0.7 ? -1.5 - 4 * dice : 6 * (dice - 0.7)));

async function killClickHouse({ clickhouse, supervisors }: Cluster, { lastsMs }: PlannedFault): Promise<void> {
  supervisors.clickhouse.holdDown(lastsMs);
  clickhouse.kill();
  await pause(lastsMs);
}

function killPostgres(signal: 'SIGKILL' | 'SIGQUIT'): Inject {
  return async ({ postgres, supervisors }, { lastsMs }) => {
    supervisors.postgres.holdDown(lastsMs);
    postgres.kill(signal);
    await pause(lastsMs);
  };
}

/** In the end the former primary is made anew as the standby. */
function failOver(promote: (pair: PairOfPostgres, lastsMs: number) => Promise<void>): Inject {
  return ({ pair, supervisors }, { lastsMs }) =>
    failovers.run(async () => {
      supervisors.postgres.holdDown(FAIL_OVER_MAX_MS);
      await promote(pair!, lastsMs).finally(() => supervisors.postgres.holdDown(0));
      await eventually(() => pair!.makeStandby(), FAIL_OVER_MAX_MS);
    }, tooMany);
}

function armed(mode: ClickHouseFault): Inject {
  return async ({ clickhouse }, { lastsMs }) => {
    await clickhouse.arm(mode);
    await pause(lastsMs);
    await clickhouse.arm('none', 0);
  };
}
