import { Injectable } from '@nestjs/common';
import { loggerFor } from '../../common/log-contexts.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { Postgres } from '../../database/postgres.js';
import type { Transaction } from '../../database/sql.js';
import { ConfigCipher } from '../registry/config-cipher.js';
import { isUnchanged, UNCHANGED, type PoolChanges, type ToolChange } from './tool-change.js';

/** As many tools as a server can list. */
const CHANGED_MAX = 1_000;

/** A tool of a pool, by the servers' own name. */
export interface PoolTool {
  pool: string;
  tool: string;
}

/** A row of `mcp.tool_changes`; the constants are sealed. */
interface Row extends PoolTool {
  enabled: boolean;
  name: string | null;
  title: string | null;
  description: string | null;
  arguments: Buffer | null;
}

const CHANGES = 'SELECT pool, tool, enabled, name, title, description, arguments FROM mcp.tool_changes';
/** Whoever changes a tool of the pool, or removes a server of it, waits. */
const SERVERS = 'SELECT id FROM mcp.servers WHERE coalesce(pool, name) = $1 ORDER BY id FOR NO KEY UPDATE';
const KEEP = `INSERT INTO mcp.tool_changes (pool, tool, enabled, name, title, description, arguments)
  VALUES ($1, $2, $3, $4, $5, $6, $7)
  ON CONFLICT (pool, tool) DO UPDATE SET enabled = $3, name = $4, title = $5, description = $6, arguments = $7`;

/** The SQL of `mcp.tool_changes`. */
@Injectable()
export class ToolChangesRepository {
  private readonly logger = loggerFor('Servers');

  constructor(
    private readonly postgres: Postgres,
    private readonly cipher: ConfigCipher,
  ) {}

  /** By pool. */
  async all(): Promise<Map<string, PoolChanges>> {
    const pools = new Map<string, Map<string, ToolChange>>();
    for (const row of await this.postgres.query<Row>(`${CHANGES} ORDER BY pool, tool`)) {
      const changes = pools.get(row.pool) ?? new Map<string, ToolChange>();
      pools.set(row.pool, changes.set(row.tool, this.opened(row)));
    }
    return pools;
  }

  /**
   * Makes something else of a change; one of which nothing is left is forgotten. One at a time in each pool.
   * @param note writes it down, in the same transaction.
   * @throws CONFLICT when the new name is another tool's, or the pool has too many changed tools; what `change` throws.
   */
  async edit(
    tool: PoolTool,
    change: (known: ToolChange) => ToolChange,
    note: (tx: Transaction, changed: ToolChange) => Promise<void>,
  ): Promise<void> {
    await this.postgres.transaction(async (tx) => {
      if ((await tx.query(SERVERS, [tool.pool])).length === 0) throw new TallygateError('NOT_FOUND', 'The server was removed.');
      const changed = change(await this.find(tx, tool));
      await this.demandRoom(tx, tool, changed);
      if (isUnchanged(changed)) await tx.execute('DELETE FROM mcp.tool_changes WHERE pool = $1 AND tool = $2', [...keyOf(tool)]);
      else await tx.execute(KEEP, this.valuesOf(tool, changed));
      await note(tx, changed);
    });
  }

  private async find(tx: Transaction, tool: PoolTool): Promise<ToolChange> {
    const [row] = await tx.query<Row>(`${CHANGES} WHERE pool = $1 AND tool = $2`, [...keyOf(tool)]);
    return row ? this.opened(row) : UNCHANGED;
  }

  private async demandRoom(tx: Transaction, { pool, tool }: PoolTool, { name }: ToolChange): Promise<void> {
    const others = 'FROM mcp.tool_changes WHERE pool = $1 AND tool <> $2';
    const [taken] = await tx.query<{ tool: string }>(`SELECT tool ${others} AND name = $3`, [pool, tool, name ?? null]);
    if (taken) throw new TallygateError('CONFLICT', `The tool "${taken.tool}" is called "${name}" already. Choose another name.`);
    const [counted] = await tx.query<{ count: number }>(`SELECT count(*)::int AS count ${others}`, [pool, tool]);
    if (counted!.count >= CHANGED_MAX)
      throw new TallygateError('CONFLICT', `${CHANGED_MAX} tools of "${pool}" are changed already.`);
  }

  private valuesOf(tool: PoolTool, { enabled, name, title, description, fixed }: ToolChange): unknown[] {
    const sealed = fixed.size > 0 ? this.cipher.seal(sealOf(tool), Object.fromEntries(fixed)) : null;
    return [...keyOf(tool), enabled, name ?? null, title ?? null, description ?? null, sealed];
  }

  /** With its constants in clear, or with a problem when those cannot be opened: without them it would do something else. */
  private opened({ pool, tool, enabled, name, title, description, arguments: sealed }: Row): ToolChange {
    const own = { enabled, name: name ?? undefined, title: title ?? undefined, description: description ?? undefined };
    try {
      const fixed = sealed ? this.cipher.open(sealOf({ pool, tool }), sealed) : {};
      return { ...own, fixed: new Map(Object.entries(fixed as Record<string, string>)) };
    } catch {
      const problem =
        'Its fixed arguments cannot be read: they were stored under another secret key. Say in `arguments` which are fixed.';
      this.logger.error(`Tool "${tool}" of ${pool}: ${problem}`);
      return { ...own, fixed: new Map(), problem };
    }
  }
}

const keyOf = ({ pool, tool }: PoolTool) => [pool, tool] as const;

/** No server's id looks like it. */
const sealOf = ({ pool, tool }: PoolTool): string => `tool ${pool} ${tool}`;
