import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/sql.js';
import { ApiKeysService } from '../api-keys/keys/api-keys.service.js';
import { CallerLimit, type RateLimitRest } from '../auth/access/caller-limit.service.js';
import type { Principal } from '../auth/access/principal.js';
import { actorOf, type Actor } from '../auth/audit/audit-entry.js';
import { AuditLog } from '../auth/audit/audit-log.service.js';
import type { Leaver } from '../auth/users/user-deletion.service.js';
import { UsersService } from '../auth/users/users.service.js';
import { TallygateError } from '../common/tallygate-error.js';
import { AccountRecords } from '../credits/account-records.service.js';
import type { TierChange } from '../credits/credit-booking.js';
import { CreditLedger } from '../credits/credit-ledger.service.js';
import { AccountsRepository, type Account } from './accounts.repository.js';

/** A key, inside the transaction that makes it. */
interface NewKey {
  id: string;
  prefix: string;
}

/** An account's key with its token, which is not stored and cannot be shown again. */
export interface IssuedAccountKey {
  token: string;
  prefix: string;
}

/** What is left of one of a user's limits. */
export interface AccountLimit extends RateLimitRest {
  of: 'login' | 'account_key' | 'all_api_keys';
}

/** The caller's own account: see it, enable it, replace its key. Source 002. */
@Injectable()
export class AccountsService {
  constructor(
    private readonly repository: AccountsRepository,
    private readonly records: AccountRecords,
    private readonly keys: ApiKeysService,
    private readonly ledger: CreditLedger,
    private readonly users: UsersService,
    private readonly audit: AuditLog,
    private readonly callers: CallerLimit,
  ) {}

  /**
   * The account, refilled first if a new month has begun.
   * @throws NOT_FOUND `mcp_not_enabled`
   */
  async get(userId: string): Promise<Account> {
    const account = await this.require(userId, "MCP is not enabled for your account. Click 'Enable MCP' to get started.");
    const { balance, allocation, purchased, held, monthlyAllocation } = await this.ledger.balance(account.id);
    return { ...account, balance, allocation, purchased, held, monthlyAllocation };
  }

  /**
   * The account as stored, without a refill.
   * @throws NOT_FOUND `mcp_not_enabled`
   */
  async require(userId: string, message = 'MCP is not enabled for your account.'): Promise<Account> {
    const account = await this.repository.findByUser(userId);
    if (!account) throw notEnabled(message);
    return account;
  }

  /** What is left of the hour's requests: of the login, the account's key, and all of the user's keys; without limits that there are not. */
  async limits(login: Principal): Promise<AccountLimit[]> {
    const [ofLogin, { ofKey, ofAllKeys }] = await Promise.all([
      this.callers.restOfLogin(login),
      this.keys.limitsOfAccountKey(login.userId),
    ]);
    return [
      ...(ofLogin ? [{ ...ofLogin, of: 'login' as const }] : []),
      ...(ofKey ? [{ ...ofKey, of: 'account_key' as const }] : []),
      ...(ofAllKeys ? [{ ...ofAllKeys, of: 'all_api_keys' as const }] : []),
    ];
  }

  /**
   * Opens account, first allocation and key in one transaction; of concurrent calls for one user, one wins. What is answered is
   * read inside of it: nothing that fails later may keep a key from its owner that is shown only once.
   * @param by whoever does it: the user, or an admin for them
   * @param isKeyShown whether the user is told the key; one that nobody is told does not work
   * @throws BAD_REQUEST `already_enabled`; CONFLICT at the limit of active keys, and for a user who was deleted or is switched off
   */
  async enable(userId: string, by: Actor, isKeyShown = true): Promise<{ account: Account; key: IssuedAccountKey }> {
    if (await this.repository.findByUser(userId)) throw alreadyEnabled();
    const user = await this.users.findById(userId);
    if (!user) throw new TallygateError('UNAUTHORIZED', 'Invalid token');
    const open = async ({ id, prefix }: NewKey, tx: Transaction) => {
      const { email, displayName } = user;
      const opened = await this.ledger.open(tx, { userId, email, displayName, keyId: id, keyPrefix: prefix });
      const account = opened === undefined ? undefined : await this.repository.findByUser(userId, tx);
      if (!account) throw alreadyEnabled();
      await this.users.demandActive(tx, userId); // after its row is locked by the account's reference to it
      await this.audit.write(tx, by, { action: 'account.enabled', subjectId: String(account.id) });
      return account;
    };
    const { key, token, booked } = await this.keys.issueAccountKey(userId, by, open, isKeyShown);
    return { account: booked, key: { token, prefix: key.prefix } };
  }

  /**
   * Makes a new key; all earlier account keys are refused at once.
   * @throws NOT_FOUND `mcp_not_enabled`
   */
  async regenerateKey(caller: Principal): Promise<IssuedAccountKey> {
    const { userId } = caller;
    const { email } = await this.require(userId);
    const { key, token } = await this.keys.issueAccountKey(userId, actorOf(caller), (made, tx) =>
      this.book(tx, userId, made, email),
    );
    return { token, prefix: key.prefix };
  }

  /**
   * Changes the tier and records it, inside the transaction of whatever caused it. `before` is the tier that
   * transaction read under its lock. @throws NOT_FOUND; INVALID_INPUT for a tier that is not configured
   */
  async changeTier(change: TierChange & { before: string }, actor: Actor, tx: Transaction): Promise<void> {
    const { accountId, before, tier, by } = change;
    await this.ledger.changeTier({ accountId, tier, by }, tx);
    if (before === tier) return;
    await this.repository.noteChange(tx, accountId, { kind: 'tier', before, after: tier, changedBy: by });
    const entry = { action: 'account.tier_changed', subjectId: String(accountId), details: { before, after: tier } } as const;
    await this.audit.write(tx, actor, entry);
  }

  /** The account of a user who is deleted: off, so that no month refills it, and without their name. */
  async end(tx: Transaction, { id, email, emailAfter }: Leaver): Promise<void> {
    const ended = await this.records.end(tx, id, emailAfter);
    if (ended?.before) {
      const change = { kind: 'active', before: 'true', after: 'false', changedBy: 'system' } as const;
      await this.repository.noteChange(tx, ended.id, change);
    }
    await this.repository.renameActor(tx, email, emailAfter);
  }

  private async book(tx: Transaction, userId: string, key: NewKey, changedBy: string): Promise<void> {
    const account = await this.records.setKey(tx, userId, key);
    if (!account) throw notEnabled('MCP is not enabled for your account.');
    await this.repository.noteChange(tx, account.id, { kind: 'key', before: account.before, after: key.prefix, changedBy });
  }
}

const notEnabled = (message: string) =>
  new TallygateError('NOT_FOUND', message, { detail: { code: 'mcp_not_enabled', message } });

function alreadyEnabled(): TallygateError {
  const message = 'MCP is already enabled for your account.';
  return new TallygateError('BAD_REQUEST', message, { detail: { code: 'already_enabled', message } });
}
