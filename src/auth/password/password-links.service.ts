import { Injectable } from '@nestjs/common';
import { createHash, randomBytes } from 'node:crypto';
import { Clock } from '../../common/clock.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { Postgres } from '../../database/postgres.js';
import type { Sql, Transaction } from '../../database/sql.js';
import type { Actor } from '../audit/audit-entry.js';
import { IS_INVITED } from '../users/users.repository.js';
import { UserChanges } from '../users/user-changes.service.js';

const LIFETIME_MS = 86_400_000;

/** What makes a link; shown once. */
export interface PasswordLink {
  token: string;
  expiresAt: Date;
}

/** Whoever has the link, as its maker meant it. */
export interface LinkOwner {
  userId: string;
  email: string;
  displayName: string | null;
  /** They have not been here before. */
  isInvited: boolean;
}

/**
 * Links by which users set a password of their own, once, within a day. The newest of a user is the only one, and a new password ends
 * it, since it is for the user's version at its making. All SQL of `mcp.password_links`.
 */
@Injectable()
export class PasswordLinks {
  constructor(
    private readonly postgres: Postgres,
    private readonly changes: UserChanges,
    private readonly clock: Clock,
  ) {}

  /** @throws NOT_FOUND */
  async make(actor: Actor, userId: string): Promise<PasswordLink> {
    let link: PasswordLink;
    await this.changes.change(actor, userId, async (tx) => {
      link = await this.add(tx, userId);
      return [['user.password_link_made', {}]];
    });
    return link!;
  }

  /** The same within the transaction of what it is made for, which writes it down. */
  async add(tx: Transaction, userId: string): Promise<PasswordLink> {
    const link = { token: randomBytes(32).toString('base64url'), expiresAt: new Date(this.clock.now() + LIFETIME_MS) };
    await tx.query(
      `INSERT INTO mcp.password_links (user_id, token_hash, login_version, expires_at)
       SELECT id, $2, login_version, $3 FROM mcp.users WHERE id = $1
       ON CONFLICT (user_id) DO UPDATE SET (token_hash, login_version, expires_at) =
         (excluded.token_hash, excluded.login_version, excluded.expires_at)`,
      [userId, hashOf(link.token), link.expiresAt],
    );
    return link;
  }

  /** For whom a link is. @throws INVALID_INPUT for one that is used, replaced or too old */
  async whose(token: string): Promise<LinkOwner> {
    return this.ownerOf(token, this.postgres);
  }

  /** Sets the password, which ends the user's logins, and the link. @throws INVALID_INPUT for a link that is used, replaced or too old */
  async use(token: string, password: string): Promise<void> {
    const { userId } = await this.ownerOf(token, this.postgres); // before the slow hash
    const stillGood = async (tx: Sql) => void (await this.ownerOf(token, tx)); // with the user locked, so that of two uses one wins
    await this.changes.setPassword({ via: 'password_link', userId }, userId, password, stillGood);
  }

  private async ownerOf(token: string, sql: Sql): Promise<LinkOwner> {
    const [link] = await sql.query<LinkOwner>(
      `SELECT u.id AS "userId", u.email, u.display_name AS "displayName", ${IS_INVITED('u')} AS "isInvited"
       FROM mcp.password_links l JOIN mcp.users u ON u.id = l.user_id AND u.login_version = l.login_version
       WHERE l.token_hash = $1 AND l.expires_at > $2`,
      [hashOf(token), new Date(this.clock.now())],
    );
    if (link) return link;
    const words =
      'This link was used already, was replaced by another one, or is more than a day old. Ask an administrator for a new one.';
    throw new TallygateError('INVALID_INPUT', words);
  }
}

/** Where a link leads. The token is behind `#`, so that neither a log nor a server on the way sees it. */
export const passwordLinkAt = (gatewayUrl: string, { token }: PasswordLink): string => `${gatewayUrl}/password#${token}`;

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();
