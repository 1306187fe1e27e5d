import { Injectable } from '@nestjs/common';
import { Postgres } from '../../database/postgres.js';
import type { ServerTask } from '../source/server-task.js';

/** A task to keep, and for how long, milliseconds. */
export interface NewTask extends Omit<ServerTask, 'ended'> {
  /** See `callerIdOf`. */
  callerId: string;
  keepMs: number;
}

/** What is recorded of a task's end. */
type Ended = NonNullable<ServerTask['ended']>;

/** Whose turn it is to record how a task ended: `taken` by this, `busy` while another has it, `over` when it is recorded. */
export type EndTurn = 'taken' | 'busy' | 'over';

/** Of one caller; older ones are forgotten. */
const TASKS_MAX = 1_000;
/** A replica that has not recorded an end by then has died over it. */
const TURN = `interval '1 minute'`;
const DELETED_AT_ONCE = 10_000;

const TASKS = `SELECT id, source, tool_name AS "toolName", server_id AS "serverId", server_task_id AS "serverTaskId",
  session_id AS "sessionId", form, created_at AS "createdAt", ended FROM mcp.tasks`;
/** Of the end $2: a charge may follow an end that was free, and nothing follows a charge. */
const IS_OPEN = `(ended IS NULL OR (ended = 'free' AND $2 = 'charged'))`;

/** The SQL of `mcp.tasks`. */
@Injectable()
export class TasksRepository {
  constructor(private readonly postgres: Postgres) {}

  /** Where its server has given the same id before, in the same session, that task is no more: the id means this one now. */
  async add({ id, callerId, source, toolName, serverId, keepMs, ...task }: NewTask): Promise<void> {
    const { serverTaskId, sessionId, form, createdAt } = task;
    await this.postgres.query(
      `WITH forgotten AS (
         DELETE FROM mcp.tasks WHERE id IN
           (SELECT id FROM mcp.tasks WHERE caller = $2 ORDER BY created_at DESC, id DESC OFFSET ${TASKS_MAX - 1})),
       replaced AS (
         DELETE FROM mcp.tasks WHERE server_id = $5 AND md5(server_task_id) = md5($6) AND server_task_id = $6
           AND session_id IS NOT DISTINCT FROM $7)
       INSERT INTO mcp.tasks (id, caller, source, tool_name, server_id, server_task_id, session_id, form, created_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, now() + $10 * interval '1 ms')`,
      [id, callerId, source, toolName, serverId, serverTaskId, sessionId, form, createdAt, keepMs],
    );
  }

  async remove(id: string): Promise<void> {
    await this.postgres.query('DELETE FROM mcp.tasks WHERE id = $1', [id]);
  }

  /** Undefined for one that is no more, or another caller's. */
  async find(callerId: string, id: string): Promise<ServerTask | undefined> {
    const [task] = await this.postgres.query<ServerTask>(`${TASKS} WHERE id = $1 AND caller = $2 AND expires_at > now()`, [
      id,
      callerId,
    ]);
    return task;
  }

  /** Of one form, the newest first; those that follow the given one. */
  list(
    callerId: string,
    { form, limit, after }: Pick<ServerTask, 'form'> & { limit: number; after?: string },
  ): Promise<ServerTask[]> {
    return this.postgres.query<ServerTask>(
      `${TASKS} WHERE caller = $1 AND form = $2 AND expires_at > now()
         AND ($4::uuid IS NULL OR (created_at, id) < (SELECT created_at, id FROM mcp.tasks WHERE id = $4))
       ORDER BY created_at DESC, id DESC LIMIT $3`,
      [callerId, form, limit, after ?? null],
    );
  }

  /** Of many who ask at once, on any replica, one gets the turn. */
  async takeEndTurn(id: string, end: Ended): Promise<EndTurn> {
    const taken = await this.postgres.execute(
      `UPDATE mcp.tasks SET ending_at = now() WHERE id = $1 AND ${IS_OPEN}
         AND (ending_at IS NULL OR ending_at < now() - ${TURN})`,
      [id, end],
    );
    if (taken > 0) return 'taken';
    const [task] = await this.postgres.query<{ isOpen: boolean }>(`SELECT ${IS_OPEN} AS "isOpen" FROM mcp.tasks WHERE id = $1`, [
      id,
      end,
    ]);
    return task?.isOpen ? 'busy' : 'over';
  }

  /** The end is recorded. */
  async end(id: string, end: Ended): Promise<void> {
    await this.postgres.query(`UPDATE mcp.tasks SET ended = $2, ending_at = NULL WHERE id = $1 AND ${IS_OPEN}`, [id, end]);
  }

  /** The end could not be recorded: it is anybody's turn again. */
  async giveEndTurnBack(id: string): Promise<void> {
    await this.postgres.query('UPDATE mcp.tasks SET ending_at = NULL WHERE id = $1', [id]);
  }

  /** Deletes some of those that are over, and says how many. */
  deleteExpired(): Promise<number> {
    return this.postgres.execute(
      `DELETE FROM mcp.tasks WHERE id IN (SELECT id FROM mcp.tasks WHERE expires_at < now() LIMIT ${DELETED_AT_ONCE})`,
    );
  }
}
