import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { Clock } from '../../common/clock.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { maskSecrets } from '../../telemetry/mask-secrets.js';
import { AppConfig } from '../../config/app-config.js';
import { Postgres } from '../../database/postgres.js';
import { originOf, type Principal, type RequestOrigin } from '../access/principal.js';
import { actorOf, type Actor } from '../audit/audit-entry.js';
import { LoginNotes } from '../audit/login-notes.service.js';
import { AuthChangeFeed } from '../changes/auth-change-feed.js';
import { ExternalTokens } from '../external/external-token.service.js';
import { AuthService } from '../login/auth.service.js';
import type { User } from '../users/user.entity.js';
import { UsersRepository } from '../users/users.repository.js';
import { UsersService } from '../users/users.service.js';
import { SessionTokens } from './session-token.js';
import { SessionsRepository, type NewSession, type Session } from './sessions.repository.js';

/** Of one user; whoever signs in once more ends the oldest. */
export const SESSIONS_MAX = 50;
const USER_AGENT_MAX_CHARS = 200;
const DAY_MS = 86_400_000;

/** Where a session begins, for its user to know it again. */
export interface Browser {
  from: RequestOrigin;
  userAgent: string | undefined;
}

export const browserOf = (request: Request): Browser => ({ from: originOf(request), userAgent: request.headers['user-agent'] });

/** A session that has just begun, with its secret. */
export interface BegunSession {
  session: Session;
  token: string;
  user: User;
}

/** Sessions of the portal: their beginning, their end, and that their user has confirmed who they are. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly tokens: SessionTokens,
    private readonly auth: AuthService,
    private readonly external: ExternalTokens,
    private readonly users: UsersService,
    private readonly lockedUsers: UsersRepository,
    private readonly postgres: Postgres,
    private readonly notes: LoginNotes,
    private readonly feed: AuthChangeFeed,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /** @throws As `AuthService.login` */
  async signIn(login: string, password: string, browser: Browser): Promise<BegunSession> {
    const user = await this.auth.whoLogsIn({ login, password, from: browser.from });
    return this.begin(user, { role: user.role, authMethod: 'password' }, browser);
  }

  /** For users of the operator's own backend, whose token is shown once. @throws UNAUTHORIZED */
  async signInWithToken(token: string, browser: Browser): Promise<BegunSession> {
    const { user, role } = await this.external.userOf(token);
    await this.users.admit(user);
    await this.notes.succeeded(user.id, browser.from);
    return this.begin(user, { role, authMethod: 'external_token' }, browser);
  }

  /** After a change of the password, which ends all of them: one to go on with. */
  async beginAnew({ userId }: Principal, browser: Browser): Promise<BegunSession> {
    const user = (await this.users.findById(userId))!;
    return this.begin(user, { role: user.role, authMethod: 'password' }, browser);
  }

  /** The caller's sessions, the one used last first. */
  list({ userId }: Principal): Promise<Session[]> {
    const now = this.clock.now();
    return this.sessions.listOf(userId, new Date(now), this.unseenSince(now));
  }

  /** Ends one of the caller's sessions, on every replica. @throws NOT_FOUND */
  async end(who: Principal, id: string): Promise<void> {
    if (!(await this.sessions.end(who.userId, id))) throw new TallygateError('NOT_FOUND', 'There is no such session of yours.');
    await this.ended(actorOf(who), who.userId, id);
  }

  /** Ends the session that this is the secret of, if there is one. */
  async signOut(token: string, request: RequestOrigin): Promise<void> {
    const found = await this.sessions.findByHash(this.tokens.hashOf(token));
    if (found && (await this.sessions.end(found.userId, found.id)))
      await this.ended({ via: 'login', userId: found.userId, request }, found.userId, found.id);
  }

  /** Its user knows their password, or has just come from the backend that vouches for them. @throws INVALID_CREDENTIALS; UNAUTHORIZED; RATE_LIMITED */
  async confirm(who: Principal, proof: { password: string } | { token: string }, from: RequestOrigin): Promise<Date> {
    if ('password' in proof) await this.auth.demandPassword(who, proof.password, from);
    else if ((await this.external.userOf(proof.token)).user.id !== who.userId)
      throw new TallygateError('INVALID_CREDENTIALS', 'This token is of another user.');
    const at = new Date(this.clock.now());
    await this.sessions.markConfirmed(who.session!.id, at);
    this.feed.announce({ kind: 'user', id: who.userId });
    return at;
  }

  private async begin(
    user: User,
    how: Pick<NewSession, 'role' | 'authMethod'>,
    { from, userAgent }: Browser,
  ): Promise<BegunSession> {
    const now = this.clock.now();
    const token = this.tokens.make();
    const where = {
      ip: from.address ?? null,
      userAgent: userAgent ? maskSecrets(userAgent.slice(0, USER_AGENT_MAX_CHARS)) : null,
    };
    const when = { createdAt: new Date(now), expiresAt: new Date(now + this.config.values.portal.session_max_days * DAY_MS) };
    const begun = { tokenHash: this.tokens.hashOf(token), userId: user.id, ...how, ...where, ...when };
    const session = await this.postgres.transaction(async (tx) => {
      const locked = await this.lockedUsers.lock(tx, user.id);
      // What they proved who they are with may have been changed meanwhile, which has ended the sessions from before.
      if (!locked?.isActive || locked.loginVersion !== user.loginVersion)
        throw new TallygateError('INVALID_CREDENTIALS', 'Invalid credentials');
      return this.sessions.begin(tx, begun, { keep: SESSIONS_MAX, unseenSince: this.unseenSince(now) });
    });
    return { session, token, user };
  }

  /** This replica refuses it before the answer leaves; the others hear of it from the feed. */
  private async ended(by: Actor, userId: string, id: string): Promise<void> {
    this.feed.announce({ kind: 'user', id: userId });
    await this.notes.ended(by, userId, id);
  }

  /** Sessions that were used then for the last time are over. */
  private unseenSince(now: number): Date {
    return new Date(now - this.config.values.portal.session_idle_minutes * 60_000);
  }
}
