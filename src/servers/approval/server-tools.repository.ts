import { Injectable } from '@nestjs/common';
import { Postgres } from '../../database/postgres.js';
import type { Transaction } from '../../database/sql.js';

export type ToolState = 'approved' | 'quarantined';

/** A tool of a server as it was seen last. */
export interface ServerTool {
  /** By the server's own name. */
  tool: string;
  description: string;
  pin: string;
  state: ToolState;
  seenAt: Date;
}

export type SeenTool = Pick<ServerTool, 'tool' | 'description' | 'pin'>;

/** Names a server may have given to tools in its life, and one list more: one that invents new ones each time would fill the disk. */
const TOOLS_MAX = 2_000;

const TOOLS = 'SELECT tool, description, pin, state, seen_at AS "seenAt" FROM mcp.server_tools';

/** The SQL of `mcp.server_tools`. */
@Injectable()
export class ServerToolsRepository {
  constructor(private readonly postgres: Postgres) {}

  /**
   * Notes what a server offers now. A tool seen for the first time is approved if `trust` says so; a changed one keeps
   * the pin that was approved. Nothing is written of tools that are as they were, nor of new ones of a server that has had too many.
   */
  async see(serverId: string, tools: readonly SeenTool[], trust: boolean): Promise<void> {
    await this.postgres.query(
      `INSERT INTO mcp.server_tools AS known (server_id, tool, description, pin, approved_pin)
       SELECT $1, tool, description, pin, CASE WHEN $3::boolean THEN pin END
       FROM json_to_recordset($2::json) AS seen (tool text, description text, pin text)
       WHERE EXISTS (SELECT 1 FROM mcp.servers WHERE id = $1)
         AND ($4 > (SELECT count(*) FROM mcp.server_tools WHERE server_id = $1)
           OR EXISTS (SELECT 1 FROM mcp.server_tools old WHERE old.server_id = $1 AND old.tool = seen.tool))
       ON CONFLICT (server_id, tool) DO UPDATE SET description = EXCLUDED.description, pin = EXCLUDED.pin, seen_at = now()
         WHERE known.pin <> EXCLUDED.pin`,
      [serverId, JSON.stringify(tools), trust, TOOLS_MAX],
    );
  }

  /** A page of them, by name, and how many there are. */
  async of(
    serverId: string,
    { limit, offset }: { limit: number; offset: number },
  ): Promise<{ tools: ServerTool[]; total: number }> {
    const [tools, [counted]] = await Promise.all([
      this.postgres.query<ServerTool>(`${TOOLS} WHERE server_id = $1 ORDER BY tool LIMIT $2 OFFSET $3`, [
        serverId,
        limit,
        offset,
      ]),
      this.postgres.query<{ total: number }>('SELECT count(*)::int AS total FROM mcp.server_tools WHERE server_id = $1', [
        serverId,
      ]),
    ]);
    return { tools, total: counted!.total };
  }

  /** Undefined for a tool the server has never offered. */
  async find(serverId: string, tool: string): Promise<ServerTool | undefined> {
    const [found] = await this.postgres.query<ServerTool>(`${TOOLS} WHERE server_id = $1 AND tool = $2`, [serverId, tool]);
    return found;
  }

  /** The pin that was approved of each tool. */
  async approvedOf(serverId: string): Promise<Map<string, string>> {
    const rows = await this.postgres.query<{ tool: string; approved_pin: string }>(
      'SELECT tool, approved_pin FROM mcp.server_tools WHERE server_id = $1 AND approved_pin IS NOT NULL',
      [serverId],
    );
    return new Map(rows.map(({ tool, approved_pin: pin }) => [tool, pin]));
  }

  /** Approves exactly what the pin stands for. False when the tool has changed since, or is unknown. */
  async approve(
    { serverId, tool, pin }: { serverId: string; tool: string; pin: string },
    note: (tx: Transaction) => Promise<void>,
  ): Promise<boolean> {
    const approve = 'UPDATE mcp.server_tools SET approved_pin = pin WHERE server_id = $1 AND tool = $2 AND pin = $3';
    return this.postgres.transaction(async (tx) => {
      const count = await tx.execute(approve, [serverId, tool, pin]);
      if (count > 0) await note(tx);
      return count > 0;
    });
  }
}
