import { ClickHouseError, type ClickHouseSettings } from '@clickhouse/client';

/** Replicas that are away get what they missed when they are back; until then nobody waits for them. */
const UNFINISHED = 'UNFINISHED';

/** A comment at a line's start, as migrations have them. */
const COMMENT = /^\s*--.*$/gm;
const DEFINES = /^\s*(CREATE TABLE IF NOT EXISTS|ALTER TABLE|DROP TABLE IF EXISTS) (\w+)\b/;
const ENGINE = /\bENGINE = (\w*MergeTree)\b(?:\(([^)]*)\))?/;

/**
 * On every statement where `clickhouse.cluster` is set. Inserts follow one another and are acknowledged when most replicas have them, so that
 * `SEES_WRITES` means something; all of it ends before our own patience does. A table that is made while a server is away is made there
 * when it is back.
 */
export const CLUSTER_SETTINGS: ClickHouseSettings = {
  insert_quorum: 'auto',
  insert_quorum_parallel: 0,
  insert_quorum_timeout: 20_000,
  distributed_ddl_task_timeout: '20',
  distributed_ddl_output_mode: 'null_status_on_timeout',
};

/**
 * Ends a question whose answer must have everything that was acknowledged before, on whichever replica it is asked; one that does not
 * have it yet refuses. Without replicas it changes nothing.
 */
export const SEES_WRITES = 'SETTINGS select_sequential_consistency = 1';

/** Settings of an ALTER TABLE that is to be done when all replicas have done it that are there. Without replicas it changes nothing. */
export const ON_ALL_REPLICAS = 'alter_sync = 2, mutations_sync = 2, replication_wait_for_inactive_replica_timeout = 0';

/** A statement with `ON_ALL_REPLICAS`; one that is done, but not by replicas that are away, is done. */
export async function despiteAbsentReplicas(statement: Promise<void>): Promise<void> {
  await statement.catch((error: unknown) => {
    if (!(error instanceof ClickHouseError) || error.type !== UNFINISHED) throw error;
  });
}

/**
 * A statement of a migration as a cluster runs it (docs/adr/0023-clickhouse-cluster.md). The path in Keeper is made of names, not of the
 * table's UUID as ClickHouse has it by default: a statement that is repeated, or that meets a new server, has another UUID, and what it
 * made would be a table of its own. @throws Error for a statement that it does not know
 */
export function forCluster(statement: string, cluster: string): string {
  const sql = statement.replace(COMMENT, '').trim();
  if (!DEFINES.test(sql)) throw new Error(`Not to be run on a cluster: ${sql.slice(0, 60)}`);
  return sql
    .replace(DEFINES, `$& ON CLUSTER '${cluster}'`)
    .replace(
      ENGINE,
      (_, engine: string, parameters = '') => `ENGINE = Replicated${engine}(${[REPLICA, parameters].filter(Boolean).join(', ')})`,
    )
    .replace('non_replicated_deduplication_window', 'replicated_deduplication_window');
}

const REPLICA = `'/clickhouse/tables/{shard}/{database}/{table}', '{replica}'`;

const WAS_MADE = 'The tables in this ClickHouse were made';

/**
 * One set of tables cannot become the other in place. @param engine Of a table that there is
 * @throws Error that says what to do when it was made for a cluster and none is set, or the other way round
 */
export function refuseOtherEngine(engine: string, cluster: string | undefined): void {
  if (cluster && !/^(Replicated|Shared)/.test(engine))
    throw new Error(
      `${WAS_MADE} for a single server, and clickhouse.cluster is "${cluster}". Leave it out, or give the gateway an empty database and copy ` +
        'the rows (docs/deploy/replicas.md, "From one server to a cluster").',
    );
  if (!cluster && engine.startsWith('Replicated'))
    throw new Error(`${WAS_MADE} for a cluster. Set clickhouse.cluster (GATEWAY_CLICKHOUSE_CLUSTER) to its name.`);
}
