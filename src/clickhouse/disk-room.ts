import { loggerFor } from '../common/log-contexts.js';
import { ClickHouseError, type ClickHouse } from './clickhouse.js';

/** A definition takes a few kilobytes; other writes go on meanwhile. */
const ROOM_MIN_BYTES = 16 * 1_048_576;
const ACCESS_DENIED = 'ACCESS_DENIED';

/**
 * What has least room among that on which our tables are, or will be: new ones are on the policy `default`. A policy has as much room
 * as the disk of it that has most. Disks that no table of ours uses do not count: a server has others, such as those of backups.
 */
const LEAST_ROOM = `
  SELECT policy, max(free_space) AS free
  FROM (SELECT policy_name AS policy, arrayJoin(disks) AS name FROM system.storage_policies) AS used
  JOIN system.disks AS disk USING (name)
  WHERE policy = 'default' OR policy IN (SELECT storage_policy FROM system.tables WHERE database = currentDatabase())
  GROUP BY policy ORDER BY free LIMIT 1`;

/** Clients of servers that do not say how full they are; said once of each. */
const silent = new WeakSet<ClickHouse>();

/**
 * To be asked before tables are created or altered: on a full disk, ClickHouse 26.7 may answer that as done and leave the table's
 * definition empty, so that the table is gone with its next start. The embedded engine refuses it as well (`DiskGuard`); this is for
 * servers, and says what to do. A server that does not let us ask is taken to have room.
 * @throws Error when a disk of ours at ClickHouse is full
 */
export async function demandRoom(clickhouse: ClickHouse): Promise<void> {
  const [least] = await clickhouse.query<{ policy: string; free: string | number }>(LEAST_ROOM).catch((error: unknown) => {
    if (!(error instanceof ClickHouseError) || error.type !== ACCESS_DENIED) throw error;
    warn(clickhouse);
    return [];
  });
  if (!least || Number(least.free) >= ROOM_MIN_BYTES) return;
  throw new Error(
    `ClickHouse's disk is full (storage policy "${least.policy}"), and a table that is created or altered then is lost. ` +
      'Make room and start again.',
  );
}

function warn(clickhouse: ClickHouse): void {
  if (silent.has(clickhouse)) return;
  silent.add(clickhouse);
  loggerFor('ClickHouse').warn(
    'Whether there is room on the disk of ClickHouse is not known: its user may not read system.disks and system.storage_policies. ' +
      'GRANT SELECT ON system.disks and system.storage_policies to have it looked at before tables are changed',
  );
}
