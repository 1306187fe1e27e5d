import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { Postgres } from '../../database/postgres.js';

/** Login tokens that were logged out before they expired. All SQL of `mcp.ended_logins`. */
@Injectable()
export class EndedLogins {
  constructor(private readonly postgres: Postgres) {}

  /** Ends a user's token on every replica, at once, and what is open with it. Forgets those that have expired. */
  async end(token: string, expiresAt: Date, userId: string): Promise<void> {
    await this.postgres.query('DELETE FROM mcp.ended_logins WHERE expires_at < now()');
    await this.postgres.query(
      `WITH ended AS (INSERT INTO mcp.ended_logins (token_hash, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1)
       SELECT mcp.announce_user($3) FROM ended`,
      [hashOf(token), expiresAt, userId],
    );
  }

  async has(token: string): Promise<boolean> {
    return (await this.postgres.query('SELECT FROM mcp.ended_logins WHERE token_hash = $1', [hashOf(token)])).length > 0;
  }
}

/** Of what is signed: the signature itself can be spelled in several ways. */
const hashOf = (token: string): Buffer =>
  createHash('sha256')
    .update(token.slice(0, token.lastIndexOf('.')))
    .digest();
