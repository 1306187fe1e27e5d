import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Request } from 'express';
import { Clock } from '../../common/clock.js';
import { lruOf } from '../../common/lru.js';
import { addressGroup } from '../../common/network/address-group.js';
import { loggerFor } from '../../common/log-contexts.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig } from '../../config/app-config.js';
import { principalOf, type Principal } from '../access/principal.js';
import { switchedOff } from '../access/switched-off.js';
import { UserTurns } from '../access/user-turns.service.js';
import { AuthChangeFeed } from '../changes/auth-change-feed.js';
import { EVERYTHING, type AuthChangeListener } from '../changes/auth-change.js';
import { otherPageRefusal } from './page-origin.js';
import { sessionTokenOf } from './session-cookie.js';
import { SessionTokens } from './session-token.js';
import { SessionsRepository, type FoundSession } from './sessions.repository.js';

const KNOWN_MAX = 10_000;
/** Sessions that are over, so that a page which goes on asking costs nothing. Their secret is random: none of them ever begins. */
const OVER_MAX = 10_000;
/** A session's last use is written down at most this often, or four times in the time after which it would end. */
const SEEN_PAUSE_MS = 5 * 60_000;

/** A session as requests need it. */
interface KnownSession {
  found: FoundSession;
  lastSeenAt: number;
  writtenAt: number;
  principal: Principal;
}

/**
 * Whose cookie it is. A session that is known is answered from memory, while the feed has heard of every change until two seconds ago:
 * so one that was ended, on whichever replica, is refused as a revoked key is.
 */
@Injectable()
export class SessionAdmission implements OnModuleInit {
  private readonly logger = loggerFor('Auth');
  private readonly known = lruOf<string, KnownSession>(KNOWN_MAX);
  private readonly over = lruOf<string, true>(OVER_MAX);
  private readonly idleMs: number;
  private readonly seenPauseMs: number;
  /** Counts what the feed told, so that what was read meanwhile is not kept. */
  private changes = 0;

  constructor(
    private readonly sessions: SessionsRepository,
    private readonly tokens: SessionTokens,
    private readonly feed: AuthChangeFeed,
    private readonly turns: UserTurns,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {
    this.idleMs = config.values.portal.session_idle_minutes * 60_000;
    this.seenPauseMs = Math.min(SEEN_PAUSE_MS, this.idleMs / 4);
  }

  onModuleInit(): void {
    this.feed.onChange((changes) => this.forget(changes));
  }

  /**
   * The principal of a request that has no other credential; undefined for one without a cookie of ours.
   * @throws CSRF_REFUSED for a page of another origin; UNAUTHORIZED for a session that is over, or whose user is switched off
   */
  async principalOf(request: Request): Promise<Principal | undefined> {
    const token = this.config.values.portal.enabled ? sessionTokenOf(request) : undefined;
    if (token === undefined) return undefined;
    this.demandOwnPage(request);
    const session = await this.sessionOf(this.tokens.hashOf(token), request);
    if (!session) throw new TallygateError('UNAUTHORIZED', 'The session is over. Sign in again.');
    if (!session.found.isUserActive || session.found.isAccountActive === false) throw switchedOff();
    if (!isStream(request)) this.noteUse(session);
    return session.principal;
  }

  /** @throws CSRF_REFUSED */
  demandOwnPage(request: Request): void {
    const refusal = otherPageRefusal(request, this.config.values.public_url);
    if (refusal !== undefined) throw new TallygateError('CSRF_REFUSED', refusal);
  }

  private async sessionOf(hash: Buffer, { ip }: Request): Promise<KnownSession | undefined> {
    const key = hash.toString('latin1');
    if (this.over.has(key)) return undefined;
    const known = this.feed.isFresh() ? this.known.get(key) : undefined;
    // One that seems unused may have been used on another replica.
    if (known && this.isAlive(known)) return known;
    return this.turns.run(`sessions of ${addressGroup(ip)}`, () => this.read(hash, key));
  }

  private async read(hash: Buffer, key: string): Promise<KnownSession | undefined> {
    const { changes } = this;
    const found = await this.sessions.findByHash(hash);
    const session = found && this.admitted(found);
    if (!session) this.over.set(key, true);
    else if (changes === this.changes) this.known.set(key, session);
    return session;
  }

  private admitted(found: FoundSession): KnownSession | undefined {
    if (found.authMethod === 'external_token' && !this.config.values.auth.trust_external_tokens) return undefined;
    const account = found.accountId === null ? undefined : { id: Number(found.accountId), tier: found.tier! };
    const confirmedAt = found.confirmedAt?.getTime();
    const of = { id: found.id, expiresAt: found.expiresAt, ...(confirmedAt !== undefined && { confirmedAt }) };
    const principal = { ...principalOf({ id: found.userId, role: found.role }, account), session: of };
    const lastSeenAt = found.lastSeenAt.getTime();
    const session = { found, lastSeenAt, writtenAt: lastSeenAt, principal };
    return this.isAlive(session) ? session : undefined;
  }

  private isAlive({ found, lastSeenAt }: KnownSession): boolean {
    const now = this.clock.now();
    return now < found.expiresAt.getTime() && now - lastSeenAt < this.idleMs;
  }

  private noteUse(session: KnownSession): void {
    const now = this.clock.now();
    session.lastSeenAt = now;
    if (now - session.writtenAt < this.seenPauseMs) return;
    session.writtenAt = now;
    this.sessions
      .markSeen(session.found.id, new Date(now))
      .catch((error: Error) => this.logger.warn(`The use of a session was not written down: ${error.message}`));
  }

  private forget(changes: Parameters<AuthChangeListener>[0]): void {
    this.changes += 1;
    if (changes === EVERYTHING) return this.known.clear();
    if (changes.users.size === 0) return;
    this.known.forEach(({ found }, key) => changes.users.has(found.userId) && this.known.delete(key));
  }
}

/** One that stays open, or is asked whether it may, says nothing of whether anybody looks at it, and a browser opens it again by itself. */
const isStream = ({ headers, res }: Request): boolean => headers.accept === 'text/event-stream' || res?.headersSent === true;
