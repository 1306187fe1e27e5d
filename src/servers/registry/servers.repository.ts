import { Injectable } from '@nestjs/common';
import { Postgres } from '../../database/postgres.js';
import type { Transaction } from '../../database/sql.js';
import { LOCK } from '../../database/advisory-lock.js';
import type { NamedServer, ServerNames } from './server-names.js';

/** A row of `mcp.servers`; the config is sealed. */
export interface StoredServer {
  id: string;
  name: string;
  /** Null for what a release without pools has registered. */
  pool: string | null;
  templateName: string;
  config: Buffer;
  metadata: Record<string, unknown>;
  enabled: boolean;
  weight: number;
  createdAt: Date;
  updatedAt: Date;
}

export type NewServer = Pick<StoredServer, 'id' | 'templateName' | 'config' | 'metadata'>;
/** Finds names for a new server among those of the servers there are. @throws TallygateError for names it cannot have. */
type ChooseNames = (known: readonly NamedServer[]) => ServerNames;
export type ServerChange = Partial<Pick<StoredServer, 'config' | 'metadata' | 'enabled' | 'weight'>>;

/** All servers at one version. */
export interface StoredServers {
  version: string;
  servers: StoredServer[];
}

const COLUMNS = `id, name, pool, template_name AS "templateName", config, metadata, enabled, weight,
  created_at AS "createdAt", updated_at AS "updatedAt"`;

/** A server without a pool may yet get its template's name for one. */
const NAMES = 'SELECT name, coalesce(pool, template_name) AS pool, template_name AS "templateName" FROM mcp.servers';

const INSERT = `INSERT INTO mcp.servers (id, name, pool, template_name, config, metadata)
  VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${COLUMNS}`;

const PLACE = `UPDATE mcp.servers SET pool = found.pool FROM unnest($1::uuid[], $2::text[]) AS found (id, pool)
  WHERE servers.id = found.id AND servers.pool IS NULL`;

const UPDATE = `UPDATE mcp.servers SET config = coalesce($2::bytea, config), metadata = coalesce($3::jsonb, metadata),
    enabled = coalesce($4::boolean, enabled), weight = coalesce($5::integer, weight), updated_at = clock_timestamp()
  WHERE id = $1 AND ($6::timestamptz IS NULL OR date_trunc('milliseconds', updated_at) = $6) RETURNING ${COLUMNS}`;

const valuesOf = ({ id, templateName, config, metadata }: NewServer, { name, pool }: ServerNames) => [
  id,
  name,
  pool,
  templateName,
  config,
  JSON.stringify(metadata),
];

/** Writes down what was done to a server, in the transaction that does it. */
type Note = (tx: Transaction, server: StoredServer) => Promise<void>;

/** All SQL of `mcp.servers` and what belongs to it. */
@Injectable()
export class ServersRepository {
  constructor(private readonly postgres: Postgres) {}

  /** Raised by every change, whichever replica makes it. */
  async version(): Promise<string> {
    const [row] = await this.postgres.query<{ version: string }>('SELECT version FROM mcp.servers_version');
    return row!.version;
  }

  /** In the order of registration. One statement, so that the servers are those of the version. */
  async all(): Promise<StoredServers> {
    const rows = await this.postgres.query<StoredServer & { version: string }>(
      `SELECT version, ${COLUMNS} FROM mcp.servers_version LEFT JOIN mcp.servers ON true ORDER BY created_at, id`,
    );
    return { version: rows[0]!.version, servers: rows.filter(({ id }) => id !== null) };
  }

  /**
   * Undefined when there are `max` already. One is registered at a time on all replicas, so that many at once cannot pass it, and of two
   * that want one name the second hears that it is taken.
   */
  async insert(server: NewServer, max: number, choose: ChooseNames, note: Note): Promise<StoredServer | undefined> {
    return this.oneAtATime(async (tx) => {
      const known = await tx.query<NamedServer>(NAMES);
      if (known.length >= max) return undefined;
      const [stored] = await tx.query<StoredServer>(INSERT, valuesOf(server, choose(known)));
      await note(tx, stored!);
      return stored;
    });
  }

  /** Gives servers that have no pool the one that is found for them, by id; `servers` are all, in the order of registration. */
  async place(poolsFor: (servers: readonly StoredServer[]) => ReadonlyMap<string, string>): Promise<void> {
    await this.oneAtATime(async (tx) => {
      const pools = poolsFor(await tx.query<StoredServer>(`SELECT ${COLUMNS} FROM mcp.servers ORDER BY created_at, id`));
      if (pools.size > 0) await tx.execute(PLACE, [[...pools.keys()], [...pools.values()]]);
    });
  }

  /** What the change leaves out stays. Undefined when there is no such server, or none any more that was last changed `at`. */
  async update(id: string, change: ServerChange, note: Note, at?: Date): Promise<StoredServer | undefined> {
    const { config, metadata, enabled, weight } = change;
    const values = [id, config ?? null, metadata ? JSON.stringify(metadata) : null, enabled ?? null, weight ?? null, at ?? null];
    return this.changeOne(UPDATE, values, note);
  }

  /** Whether there was one. */
  async delete(id: string, note: Note): Promise<boolean> {
    return (await this.changeOne(`DELETE FROM mcp.servers WHERE id = $1 RETURNING ${COLUMNS}`, [id], note)) !== undefined;
  }

  /** Its statements come after the lock, so that they see what others have registered while this waited. */
  private oneAtATime<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.postgres.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [LOCK.serverRegistration]);
      return work(tx);
    });
  }

  private changeOne(statement: string, values: unknown[], note: Note): Promise<StoredServer | undefined> {
    return this.postgres.transaction(async (tx) => {
      const [changed] = await tx.query<StoredServer>(statement, values);
      if (changed) await note(tx, changed);
      return changed;
    });
  }
}
