import { Injectable } from '@nestjs/common';
import { Postgres } from '../../database/postgres.js';
import type { Transaction } from '../../database/sql.js';
import { LOCK } from '../../database/advisory-lock.js';

/** A row of `mcp.servers`; the config is sealed. */
export interface StoredServer {
  id: string;
  name: string;
  templateName: string;
  config: Buffer;
  metadata: Record<string, unknown>;
  enabled: boolean;
  weight: number;
  createdAt: Date;
  updatedAt: Date;
}

export type NewServer = Pick<StoredServer, 'id' | 'templateName' | 'config' | 'metadata'>;
export type ServerChange = Partial<Pick<StoredServer, 'config' | 'metadata' | 'enabled' | 'weight'>>;

/** All servers at one version. */
export interface StoredServers {
  version: string;
  servers: StoredServer[];
}

const COLUMNS = `id, name, template_name AS "templateName", config, metadata, enabled, weight,
  created_at AS "createdAt", updated_at AS "updatedAt"`;

/** Its own statement after the lock, so that it counts what others registered while this waited. */
const INSERT = `WITH number AS (INSERT INTO mcp.server_numbers AS n (template_name, last)
                                SELECT $2::text, 1 WHERE (SELECT count(*) FROM mcp.servers) < $5
                                ON CONFLICT (template_name) DO UPDATE SET last = n.last + 1 RETURNING last)
  INSERT INTO mcp.servers (id, name, template_name, config, metadata)
  SELECT $1::uuid, $2::text || '-' || last, $2::text, $3::bytea, $4::jsonb FROM number RETURNING ${COLUMNS}`;

const UPDATE = `UPDATE mcp.servers SET config = coalesce($2::bytea, config), metadata = coalesce($3::jsonb, metadata),
    enabled = coalesce($4::boolean, enabled), weight = coalesce($5::integer, weight), updated_at = clock_timestamp()
  WHERE id = $1 RETURNING ${COLUMNS}`;

const valuesOf = ({ id, templateName, config, metadata }: NewServer) => [id, templateName, config, JSON.stringify(metadata)];

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
   * Names it with the template's next number, which is never given again. Undefined when there are `max` already: one is
   * registered at a time, so that many at once cannot pass it.
   */
  async insert(server: NewServer, max: number, note: Note): Promise<StoredServer | undefined> {
    return this.postgres.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [LOCK.serverRegistration]);
      const [stored] = await tx.query<StoredServer>(INSERT, [...valuesOf(server), max]);
      if (stored) await note(tx, stored);
      return stored;
    });
  }

  /** What the change leaves out stays. Undefined when there is no such server. */
  async update(id: string, { config, metadata, enabled, weight }: ServerChange, note: Note): Promise<StoredServer | undefined> {
    const values = [id, config ?? null, metadata ? JSON.stringify(metadata) : null, enabled ?? null, weight ?? null];
    return this.changeOne(UPDATE, values, note);
  }

  /** Whether there was one. */
  async delete(id: string, note: Note): Promise<boolean> {
    return (await this.changeOne(`DELETE FROM mcp.servers WHERE id = $1 RETURNING ${COLUMNS}`, [id], note)) !== undefined;
  }

  private changeOne(statement: string, values: unknown[], note: Note): Promise<StoredServer | undefined> {
    return this.postgres.transaction(async (tx) => {
      const [changed] = await tx.query<StoredServer>(statement, values);
      if (changed) await note(tx, changed);
      return changed;
    });
  }
}
