import type { ClickHouse } from './clickhouse.js';

/** A definition takes a few kilobytes; other writes go on meanwhile. */
const ROOM_MIN_BYTES = 16 * 1_048_576;

/**
 * To be asked before tables are created or altered: on a full disk, ClickHouse 26.7 may answer that as done and leave the table's
 * definition empty, so that the table is gone with its next start. The embedded engine refuses it as well (`DiskGuard`); this is for
 * servers, and says what to do.
 * @throws Error when a disk of ClickHouse's is full
 */
export async function demandRoom(clickhouse: ClickHouse): Promise<void> {
  const [disk] = await clickhouse.query<{ free: string | number }>('SELECT min(free_space) AS free FROM system.disks');
  if (Number(disk?.free ?? Infinity) >= ROOM_MIN_BYTES) return;
  throw new Error("ClickHouse's disk is full, and a table that is created or altered then is lost. Make room and start again.");
}
