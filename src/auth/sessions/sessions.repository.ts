import { Injectable } from '@nestjs/common';
import { Postgres } from '../../database/postgres.js';
import type { Transaction } from '../../database/sql.js';
import type { Role } from '../access/scopes.js';

/** How a session began. */
export type AuthMethod = 'password' | 'external_token';

/** A session as its owner sees it. */
export interface Session {
  id: string;
  userId: string;
  /** At most; a token of the operator's own backend may say less than its user's. */
  role: Role;
  authMethod: AuthMethod;
  ip: string | null;
  userAgent: string | null;
  createdAt: Date;
  lastSeenAt: Date;
  expiresAt: Date;
  /** When its user last showed in it that they know their password. */
  confirmedAt: Date | null;
}

/** What a session begins with. */
export type NewSession = Pick<Session, 'userId' | 'role' | 'authMethod' | 'ip' | 'userAgent' | 'createdAt' | 'expiresAt'> & {
  tokenHash: Buffer;
};

/** A session, and whether its user and their account may come in now. */
export interface FoundSession extends Session {
  isUserActive: boolean;
  isAccountActive: boolean | null;
  accountId: string | null;
  /** Of the account. */
  tier: string | null;
}

const COLUMNS = `s.id, s.user_id AS "userId", s.role, s.auth_method AS "authMethod", s.ip, s.user_agent AS "userAgent",
  s.created_at AS "createdAt", s.last_seen_at AS "lastSeenAt", s.expires_at AS "expiresAt", s.confirmed_at AS "confirmedAt"`;

/** All SQL of `mcp.sessions`. Triggers tell every replica of what changes, and end a user's sessions with their logins. */
@Injectable()
export class SessionsRepository {
  constructor(private readonly postgres: Postgres) {}

  /**
   * Begins a session, and forgets those that are over, whoever's they are.
   * @param keep Of the user, with the new one; the oldest end.
   */
  async begin(
    tx: Transaction,
    session: NewSession,
    { keep, unseenSince }: { keep: number; unseenSince: Date },
  ): Promise<Session> {
    const { tokenHash, userId, role, authMethod, ip, userAgent, createdAt, expiresAt } = session;
    await tx.query(
      `DELETE FROM mcp.sessions WHERE expires_at <= $1 OR last_seen_at <= $2
         OR id IN (SELECT id FROM mcp.sessions WHERE user_id = $3 ORDER BY created_at DESC, id OFFSET $4)`,
      [createdAt, unseenSince, userId, keep - 1],
    );
    const [made] = await tx.query<Session>(
      `INSERT INTO mcp.sessions AS s (token_hash, user_id, role, auth_method, ip, user_agent, created_at, last_seen_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8) RETURNING ${COLUMNS}`,
      [tokenHash, userId, role, authMethod, ip, userAgent, createdAt, expiresAt],
    );
    return made!;
  }

  async findByHash(tokenHash: Buffer): Promise<FoundSession | undefined> {
    const [found] = await this.postgres.query<FoundSession>(
      `SELECT ${COLUMNS}, c.is_user_active AS "isUserActive", c.is_account_active AS "isAccountActive", c.account_id AS "accountId", c.tier
       FROM mcp.sessions s JOIN mcp.callers c ON c.user_id = s.user_id WHERE s.token_hash = $1`,
      [tokenHash],
    );
    return found;
  }

  /** A user's sessions that have not ended, the one used last first. */
  listOf(userId: string, now: Date, unseenSince: Date): Promise<Session[]> {
    return this.postgres.query<Session>(
      `SELECT ${COLUMNS} FROM mcp.sessions s WHERE user_id = $1 AND expires_at > $2 AND last_seen_at > $3
       ORDER BY last_seen_at DESC, created_at DESC, id`,
      [userId, now, unseenSince],
    );
  }

  async markSeen(id: string, at: Date): Promise<void> {
    await this.postgres.query('UPDATE mcp.sessions SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2', [id, at]);
  }

  async markConfirmed(id: string, at: Date): Promise<void> {
    await this.postgres.query('UPDATE mcp.sessions SET confirmed_at = $2 WHERE id = $1', [id, at]);
  }

  /** Whether there was one of this user to end. */
  async end(userId: string, id: string): Promise<boolean> {
    return (await this.postgres.execute('DELETE FROM mcp.sessions WHERE user_id = $1 AND id = $2', [userId, id])) > 0;
  }
}
