import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { ApiKeyHasher } from '../../../src/api-keys/keys/api-key-hasher.js';
import { ApiKey } from '../../../src/api-keys/keys/api-key.entity.js';
import { ApiKeyVerifier } from '../../../src/api-keys/verification/api-key.verifier.js';
import { BudgetUses } from '../../../src/credits/budgets/budget-uses.service.js';
import { BudgetsRepository } from '../../../src/credits/budgets/budgets.repository.js';
import { ApiKeysRepository } from '../../../src/api-keys/keys/api-keys.repository.js';
import { KeyIssuer } from '../../../src/api-keys/keys/key-issuer.service.js';
import { ApiKeysService } from '../../../src/api-keys/keys/api-keys.service.js';
import { AuthChangesRepository } from '../../../src/auth/changes/auth-changes.repository.js';
import { AuthChangeFeed } from '../../../src/auth/changes/auth-change-feed.js';
import { KeyUsageTracker } from '../../../src/api-keys/verification/key-usage.tracker.js';
import { CallerLimit } from '../../../src/auth/access/caller-limit.service.js';
import { AuditLog } from '../../../src/auth/audit/audit-log.service.js';
import { principalOf, type Principal } from '../../../src/auth/access/principal.js';
import type { Role } from '../../../src/auth/access/scopes.js';
import { Confirmation } from '../../../src/auth/sessions/confirmation.js';
import { User } from '../../../src/auth/users/user.entity.js';
import { SystemClock, type Clock } from '../../../src/common/clock.js';
import { HourlyLimits } from '../../../src/limits/hourly-limits.js';
import { Refusals } from '../../../src/telemetry/refusals.js';
import { RateLimitService } from '../../../src/limits/rate-limit.service.js';
import { RedisConnection } from '../../../src/limits/redis.connection.js';
import { openPostgres } from '../databases/test-database.js';
import { eventually } from '../eventually.js';
import { testConfig } from './test-config.js';

/** The API-key part of one gateway, with connections of its own. Counts the keys its verifier reads. */
export interface KeyReplica {
  dataSource: DataSource;
  repository: CountingRepository;
  feed: AuthChangeFeed;
  verifier: ApiKeyVerifier;
  service: ApiKeysService;
  usage: KeyUsageTracker;
  stop: () => Promise<void>;
}

/** Resolves once its feed is fresh. */
export async function startKeyReplica(url: string, clock: Clock = new SystemClock()): Promise<KeyReplica> {
  const { postgres, dataSource, close } = await openPostgres(url, [ApiKey, User]);
  const config = testConfig();
  const repository = new CountingRepository(dataSource.getRepository(ApiKey), postgres, new AuditLog(postgres));
  const hasher = new ApiKeyHasher(config);
  const feed = new AuthChangeFeed(postgres, new AuthChangesRepository(postgres), clock);
  const usage = new KeyUsageTracker(repository);
  const verifier = new ApiKeyVerifier(repository, hasher, feed, usage, clock);
  verifier.onModuleInit();
  feed.onApplicationBootstrap();
  const hourly = new HourlyLimits(config);
  const limits = new CallerLimit(new RateLimitService(new RedisConnection(), clock), hourly, new Refusals(clock));
  const issuer = new KeyIssuer(repository, hasher, feed, clock);
  const budgets = new BudgetUses(new BudgetsRepository(postgres), clock);
  const stop = async () => {
    await feed.onApplicationShutdown();
    await usage.onApplicationShutdown();
    await close();
  };
  await eventually(() => {
    if (!feed.isFresh()) throw new Error('The change feed is not fresh');
  });
  return {
    dataSource,
    repository,
    feed,
    verifier,
    usage,
    stop,
    service: new ApiKeysService(repository, issuer, feed, limits, new Confirmation(clock), clock, hourly, budgets),
  };
}

export class CountingRepository extends ApiKeysRepository {
  /** Keys asked for, and statements that asked. */
  readonly reads = { keys: 0, statements: 0, atOnce: 0, mostAtOnce: 0 };
  /** Answers wait for this, as if the network were slow. */
  delay: Promise<void> = Promise.resolve();

  override async findByTokenIds(tokenIds: string[]) {
    this.reads.keys += tokenIds.length;
    this.reads.statements += 1;
    this.reads.mostAtOnce = Math.max(this.reads.mostAtOnce, ++this.reads.atOnce);
    const found = await super.findByTokenIds(tokenIds).finally(() => (this.reads.atOnce -= 1));
    await this.delay;
    return found;
  }
}

export async function createUser(dataSource: DataSource, role: Role = 'user'): Promise<Principal> {
  const name = `user-${randomBytes(6).toString('hex')}`;
  const [user] = await dataSource.query<{ id: string }[]>(
    'INSERT INTO mcp.users (username, email, password_hash, role) VALUES ($1, $2, $3, $4) RETURNING id',
    [name, `${name}@example.com`, 'none', role],
  );
  return principalOf({ id: user!.id, role });
}
