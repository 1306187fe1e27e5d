import { Injectable } from '@nestjs/common';
import { orNull } from '../../common/concurrency/deadline.js';
import { loggerFor } from '../../common/log-contexts.js';
import { AdminUserDto } from './user.dto.js';
import type { User } from './user.entity.js';
import { UsersRepository } from './users.repository.js';

/** What other modules know of users: numbers, by their names in the API. */
export type FactName = 'keys_count' | 'calls_30d';

/** Numbers of these users; none of a user is 0. */
type Fact = (userIds: string[]) => Promise<ReadonlyMap<string, number>>;

/** What an operator sees of users beside who they are, from every module that knows something. */
@Injectable()
export class UserFacts {
  private readonly logger = loggerFor('Auth');
  private readonly facts = new Map<FactName, Fact>();

  constructor(private readonly users: UsersRepository) {}

  /** A module's fact, at its start. */
  add(name: FactName, fact: Fact): void {
    this.facts.set(name, fact);
  }

  /** What cannot be told in time is null: users are looked at because of such trouble, too. */
  async of(users: User[]): Promise<AdminUserDto[]> {
    const ids = users.map(({ id }) => id);
    const [accounts, keys, calls] = await Promise.all([
      this.users.findAccountIds(ids),
      this.numbers('keys_count', ids),
      this.numbers('calls_30d', ids),
    ]);
    return users.map((user) =>
      AdminUserDto.ofUser(user, {
        account_id: accounts.get(user.id) ?? null,
        keys_count: keys && (keys.get(user.id) ?? 0),
        calls_30d: calls && (calls.get(user.id) ?? 0),
      }),
    );
  }

  private async numbers(name: FactName, ids: string[]): Promise<ReadonlyMap<string, number> | null> {
    const fact = this.facts.get(name);
    if (!fact) return null;
    if (ids.length === 0) return new Map();
    return orNull(fact(ids), ({ message }) => this.logger.warn(`${name} of users cannot be told: ${message}`));
  }
}
