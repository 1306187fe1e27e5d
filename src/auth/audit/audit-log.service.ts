import { Injectable } from '@nestjs/common';
import { loggerFor } from '../../common/log-contexts.js';
import { Postgres } from '../../database/postgres.js';
import type { Sql } from '../../database/sql.js';
import type { Actor, AuditEntry } from './audit-entry.js';

/** One line of the log, as it is read. */
export interface AuditLine {
  /** Grows with every change. */
  id: number;
  createdAt: Date;
  via: Actor['via'];
  actorId: string | null;
  /** The actor's e-mail now, or what stands for one who was deleted; null for nobody in person. */
  actorEmail: string | null;
  apiKeyId: string | null;
  action: string;
  subjectType: string;
  subjectId: string;
  details: Record<string, unknown>;
  /** Null for what no request made. */
  requestId: string | null;
  address: string | null;
}

/** Undefined members do not filter. */
export interface AuditFilter {
  actorId?: string | undefined;
  action?: string | undefined;
  subjectType?: string | undefined;
  subjectId?: string | undefined;
  /** Inclusive. */
  from?: Date | undefined;
  /** Exclusive. */
  to?: Date | undefined;
}

/** Who changed what. All SQL of `mcp.audit_log`, whose rows are never changed. */
@Injectable()
export class AuditLog {
  private readonly logger = loggerFor('Auth');

  constructor(private readonly postgres: Postgres) {}

  /** Writes a change down. `tx`: the transaction that makes the change, so that there is never one without the other. */
  write(tx: Sql, actor: Actor, entry: AuditEntry): Promise<void> {
    return this.writeAll(tx, actor, [entry]);
  }

  /** The same for many changes that are made at once, in their order: whoever waits for the transaction waits for one statement. */
  async writeAll(tx: Sql, { via, userId, apiKeyId, request }: Actor, entries: readonly AuditEntry[]): Promise<void> {
    const actions = entries.map(({ action }) => action);
    await tx.query(
      `INSERT INTO mcp.audit_log (via, actor_id, api_key_id, request_id, address, action, subject_type, subject_id, details)
       SELECT $1, $2::uuid, $3::uuid, $4, $5, action, split_part(action, '.', 1), subject_id, details
       FROM unnest($6::text[], $7::text[], $8::jsonb[]) WITH ORDINALITY AS entry (action, subject_id, details, place)
       ORDER BY place`,
      [
        ...[via, userId ?? null, apiKeyId ?? null, request?.id ?? null, request?.address ?? null],
        ...[actions, entries.map(({ subjectId }) => subjectId)],
        entries.map(({ details = {} }) => JSON.stringify(details)),
      ],
    );
  }

  /** Writes down what is no change of the database, such as a login. */
  note(actor: Actor, entry: AuditEntry): Promise<void> {
    return this.write(this.postgres, actor, entry);
  }

  /** As `note`, for what must not fail with it: an admin comes in, also while nothing can be written. */
  async noteIfPossible(actor: Actor, entry: AuditEntry): Promise<void> {
    await this.note(actor, entry).catch((error: Error) =>
      this.logger.error(`Not in the audit log: ${entry.action} of ${entry.subjectId}: ${error.message}`),
    );
  }

  /**
   * Forgets lines that are older than so many months, at most so many at once; replicas may do it together. PostgreSQL refuses every
   * other DELETE, and this one of what is not a month old. @returns How many
   */
  forgetOld(months: number, most: number): Promise<number> {
    return this.postgres.transaction(async (tx) => {
      await tx.query(`SELECT set_config('tallygate.audit_retention', 'on', true)`);
      return tx.execute(
        `DELETE FROM mcp.audit_log WHERE id IN (
           SELECT id FROM mcp.audit_log WHERE created_at < now() - $1 * interval '1 month'
           ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
        [months, most],
      );
    });
  }

  /** A page, newest first, with the number on all pages. */
  async page(
    filter: AuditFilter,
    { limit, offset }: { limit: number; offset: number },
  ): Promise<{ lines: AuditLine[]; total: number }> {
    const values = valuesOf(filter);
    const [count] = await this.postgres.query<{ total: number }>(
      `SELECT count(*)::int AS total FROM mcp.audit_log a WHERE ${IS_FOUND}`,
      values,
    );
    const lines = await this.postgres.query<AuditLine>(`${LINES} ORDER BY a.id DESC LIMIT $7 OFFSET $8`, [
      ...values,
      limit,
      offset,
    ]);
    return { lines: lines.map(numbered), total: count!.total };
  }

  /** At most `limit` of the lines before one, newest first; undefined: the last ones. */
  async before(filter: AuditFilter, id: number | undefined, limit: number): Promise<AuditLine[]> {
    const values = [...valuesOf(filter), id ?? null, limit];
    const lines = await this.postgres.query<AuditLine>(
      `${LINES} AND ($7::bigint IS NULL OR a.id < $7) ORDER BY a.id DESC LIMIT $8`,
      values,
    );
    return lines.map(numbered);
  }
}

const COLUMNS = `a.id, a.created_at AS "createdAt", a.via, a.actor_id AS "actorId", u.email AS "actorEmail",
  a.api_key_id AS "apiKeyId", a.action, a.subject_type AS "subjectType", a.subject_id AS "subjectId", a.details,
  a.request_id AS "requestId", a.address`;

const IS_FOUND = `($1::uuid IS NULL OR a.actor_id = $1) AND ($2::text IS NULL OR a.action = $2)
  AND ($3::text IS NULL OR a.subject_type = $3) AND ($4::text IS NULL OR a.subject_id = $4)
  AND ($5::timestamptz IS NULL OR a.created_at >= $5) AND ($6::timestamptz IS NULL OR a.created_at < $6)`;

const LINES = `SELECT ${COLUMNS} FROM mcp.audit_log a LEFT JOIN mcp.users u ON u.id = a.actor_id WHERE ${IS_FOUND}`;

/** PostgreSQL's bigint comes as text. */
const numbered = (line: AuditLine): AuditLine => ({ ...line, id: Number(line.id) });

const valuesOf = ({ actorId, action, subjectType, subjectId, from, to }: AuditFilter) => [
  ...[actorId ?? null, action ?? null, subjectType ?? null],
  ...[subjectId ?? null, from ?? null, to ?? null],
];
