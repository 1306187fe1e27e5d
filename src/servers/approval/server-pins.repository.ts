import { Injectable } from '@nestjs/common';
import { Postgres } from '../../database/postgres.js';
import type { Transaction } from '../../database/sql.js';
import { OFFER_KINDS, type OfferKind } from '../connection/definitions.js';
import { idOf } from './offered-entries.js';

export type StoredState = 'approved' | 'quarantined';

/** Something a server offers, as it was seen last. */
export interface ServerPin {
  serverId: string;
  kind: OfferKind;
  /** The server's own name of it, or its address. */
  name: string;
  pin: string;
  state: StoredState;
  /** As JSON: what it is now, and what of it was approved; null where that is not known. */
  definition: string | null;
  approvedDefinition: string | null;
  /** Both are left out, since the page would be too long with them. */
  isLeftOut: boolean;
  seenAt: Date;
  /** When a person approved it last, and which user that was; null where nobody did, or not in person. */
  approvedAt: Date | null;
  approvedById: string | null;
}

/** What decides about an entry that is known. */
export interface KnownPin extends EntryId {
  pin: string;
  approvedPin: string | null;
  /** Whether its definition is stored, and what that takes together with the approved one. */
  isKept: boolean;
  bytes: number;
}

/** An entry to be written. */
export interface SeenPin {
  kind: OfferKind;
  key: string;
  name: string;
  pin: string;
  definition: string | null;
  /** Whether it is approved with that. */
  approve: boolean;
}

/** What is known of one server: its entries, by `idOf`, and how many bytes their definitions take. */
export interface KnownPins {
  pins: Map<string, KnownPin>;
  bytes: number;
}

/** What to list. */
export interface PinFilter {
  kind?: OfferKind | undefined;
  state?: StoredState | undefined;
}

/** An entry to approve, as it was looked at. */
export interface LookedAt extends EntryId {
  pin: string;
}

type EntryId = Pick<SeenPin, 'kind' | 'key'>;

interface Row extends KnownPin {
  kind: OfferKind;
  key: string;
}

const BYTES = `(coalesce(pg_column_size(definition), 0) + coalesce(pg_column_size(approved_definition), 0))`;
const KNOWN = `
  SELECT kind, key, pin, approved_pin AS "approvedPin", definition IS NOT NULL AS "isKept", ${BYTES} AS bytes FROM mcp.server_pins`;
const FILTER = `server_id = ANY ($1::uuid[]) AND ($2::text IS NULL OR kind = $2) AND ($3::text IS NULL OR state = $3)`;
const APPROVED = `CASE state WHEN 'approved' THEN definition ELSE approved_definition END`;
const COLUMNS = `server_id AS "serverId", kind, name, pin, state, seen_at AS "seenAt", approved_at AS "approvedAt",
  approved_by AS "approvedById"`;
const PINS = `
  SELECT ${COLUMNS}, definition, ${APPROVED} AS "approvedDefinition", false AS "isLeftOut"
  FROM mcp.server_pins`;
/** Of the definitions of one page: a hundred of those that servers may have are 50 million characters. */
const PAGE_MAX_BYTES = 8_388_608;
/** A text's length is known without reading it. */
const PAGE = `
  WITH pins AS (
    SELECT *, ${APPROVED} AS approved, row_number() OVER (
      ORDER BY array_position($1::uuid[], server_id), array_position($4::text[], kind), name, key) AS place
    FROM mcp.server_pins WHERE ${FILTER}
    ORDER BY place LIMIT $5 OFFSET $6
  ), measured AS (
    SELECT *, sum(coalesce(octet_length(definition), 0) + coalesce(octet_length(approved), 0)) OVER (ORDER BY place)
      > ${PAGE_MAX_BYTES} AS is_left_out
    FROM pins
  )
  SELECT ${COLUMNS}, is_left_out AS "isLeftOut",
    CASE WHEN NOT is_left_out THEN definition END AS definition, CASE WHEN NOT is_left_out THEN approved END AS "approvedDefinition"
  FROM measured ORDER BY place`;
const SEEN = `json_to_recordset($2::json) AS seen (kind text, key text, name text, pin text, definition text, approve boolean)`;
const ASKED = `json_to_recordset($2::json) AS asked (kind text, key text)`;

/** The SQL of `mcp.server_pins`, and of `mcp.server_tools`, which earlier releases have in its place. */
@Injectable()
export class ServerPinsRepository {
  constructor(private readonly postgres: Postgres) {}

  async known(serverId: string): Promise<KnownPins> {
    const rows = await this.postgres.query<Row>(`${KNOWN} WHERE server_id = $1`, [serverId]);
    return { pins: new Map(rows.map((row) => [idOf(row), row])), bytes: rows.reduce((sum, row) => sum + row.bytes, 0) };
  }

  /** What earlier releases know of the server's tools: the pin that was approved of each, if one was. */
  async formerlyApproved(serverId: string): Promise<Map<string, string | null>> {
    const rows = await this.postgres.query<{ tool: string; approved_pin: string | null }>(
      'SELECT tool, approved_pin FROM mcp.server_tools WHERE server_id = $1',
      [serverId],
    );
    return new Map(rows.map(({ tool, approved_pin: pin }) => [tool, pin]));
  }

  /** Notes what is seen for the first time. What another replica has noted meanwhile stays as that has it. */
  async add(serverId: string, entries: readonly SeenPin[]): Promise<void> {
    await this.postgres.query(
      `INSERT INTO mcp.server_pins (server_id, kind, key, name, pin, definition, approved_pin)
       SELECT $1, kind, key, name, pin, definition, CASE WHEN approve THEN pin END FROM ${SEEN}
       WHERE EXISTS (SELECT 1 FROM mcp.servers WHERE id = $1)
       ON CONFLICT DO NOTHING`,
      [serverId, JSON.stringify(entries)],
    );
  }

  /** Notes what has changed. What was approved is kept beside it, unless it is approved as well. */
  async change(serverId: string, entries: readonly SeenPin[]): Promise<void> {
    await this.postgres.transaction(async (tx) => {
      await lock(tx, serverId, entries);
      await tx.query(
        `UPDATE mcp.server_pins AS known SET
           pin = seen.pin,
           definition = seen.definition,
           approved_pin = CASE WHEN seen.approve THEN seen.pin ELSE known.approved_pin END,
           approved_definition = CASE known.state WHEN 'approved' THEN known.definition ELSE known.approved_definition END,
           seen_at = CASE WHEN known.pin = seen.pin THEN known.seen_at ELSE now() END
         FROM ${SEEN}
         WHERE known.server_id = $1 AND known.kind = seen.kind AND known.key = seen.key`,
        [serverId, JSON.stringify(entries)],
      );
    });
  }

  /** Drops the definitions of entries that are not among these, those that were seen first before others, until so many bytes are free. */
  async dropDefinitions(serverId: string, offered: readonly EntryId[], bytes: number): Promise<void> {
    await this.postgres.query(
      `UPDATE mcp.server_pins AS known SET definition = NULL, approved_definition = NULL
       FROM (
         SELECT kind, key, sum(${BYTES}) OVER (ORDER BY seen_at, kind, key) - ${BYTES} AS before
         FROM mcp.server_pins
         WHERE server_id = $1 AND ${BYTES} > 0
           AND (kind, key) NOT IN (SELECT kind, key FROM ${ASKED})
       ) AS gone
       WHERE known.server_id = $1 AND known.kind = gone.kind AND known.key = gone.key AND gone.before < $3`,
      [serverId, idsJson(offered), bytes],
    );
  }

  /** Forgets so many resources that are not among these, approved ones and the longest known first. Returns how many it were. */
  forgetResources(serverId: string, { except, most }: { except: readonly string[]; most: number }): Promise<number> {
    return this.postgres.execute(
      `DELETE FROM mcp.server_pins WHERE server_id = $1 AND kind = 'resource' AND key IN (
         SELECT key FROM mcp.server_pins WHERE server_id = $1 AND kind = 'resource' AND key <> ALL ($2)
         ORDER BY state <> 'approved', seen_at, key LIMIT $3)`,
      [serverId, except, most],
    );
  }

  /** A part of those of these servers, in their order, by kind and name, with as many of their definitions as a page may have, and how many there are. */
  async of(
    serverIds: readonly string[],
    { kind, state }: PinFilter,
    { limit, offset }: { limit: number; offset: number },
  ): Promise<{ pins: ServerPin[]; total: number }> {
    const filter = [serverIds, kind ?? null, state ?? null];
    const [pins, [counted]] = await Promise.all([
      this.postgres.query<ServerPin>(PAGE, [...filter, OFFER_KINDS, limit, offset]),
      this.postgres.query<{ total: number }>(`SELECT count(*)::int AS total FROM mcp.server_pins WHERE ${FILTER}`, filter),
    ]);
    return { pins, total: counted!.total };
  }

  /** Undefined for what the server has never offered. */
  async find(serverId: string, kind: OfferKind, key: string): Promise<ServerPin | undefined> {
    const [found] = await this.postgres.query<ServerPin>(`${PINS} WHERE server_id = $1 AND kind = $2 AND key = $3`, [
      serverId,
      kind,
      key,
    ]);
    return found;
  }

  /**
   * Approves entries, for this user, after this work, which is told what is known of them, by `idOf`, in the same transaction: nobody changes it
   * meanwhile, and where the work throws nothing is approved.
   */
  async approve(
    userId: string | undefined,
    serverId: string,
    entries: readonly LookedAt[],
    work: (tx: Transaction, known: ReadonlyMap<string, KnownPin>) => Promise<void>,
  ): Promise<void> {
    await this.postgres.transaction(async (tx) => {
      await work(tx, await lock(tx, serverId, entries));
      await tx.query(
        `UPDATE mcp.server_pins AS known SET approved_pin = known.pin, approved_definition = NULL, approved_at = now(), approved_by = $3
         FROM ${ASKED}
         WHERE known.server_id = $1 AND known.kind = asked.kind AND known.key = asked.key`,
        [serverId, idsJson(entries), userId ?? null],
      );
    });
  }
}

/** What is known of entries, locked in one order whoever asks: two who lock the same never wait for each other. */
async function lock(tx: Transaction, serverId: string, entries: readonly EntryId[]): Promise<Map<string, KnownPin>> {
  const rows = await tx.query<Row>(
    `${KNOWN} WHERE server_id = $1 AND (kind, key) IN (SELECT kind, key FROM ${ASKED}) ORDER BY kind, key FOR UPDATE`,
    [serverId, idsJson(entries)],
  );
  return new Map(rows.map((row) => [idOf(row), row]));
}

const idsJson = (entries: readonly EntryId[]): string => JSON.stringify(entries.map(({ kind, key }) => ({ kind, key })));
