import { openDataSource, dataSourceOptions } from '../../database/data-source.js';
import { Postgres } from '../../database/postgres.js';
import { COMMAND_LINE } from '../audit/audit-entry.js';
import { AuditLog } from '../audit/audit-log.service.js';
import { PasswordHasher } from '../password/password-hasher.js';
import { UserChanges } from './user-changes.service.js';
import { User } from './user.entity.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';

/**
 * Sets a user's password in the database at this URL, for a command on the gateway's own machine: the way back for whoever has lost
 * theirs. Ends the user's logins. Undefined when there is no such user.
 */
export async function setPasswordAt(url: string, login: string, password: string): Promise<User | undefined> {
  const dataSource = await openDataSource(dataSourceOptions(url, [User]));
  try {
    const postgres = new Postgres(dataSource);
    const audit = new AuditLog(postgres);
    const [users, passwords] = [new UsersRepository(dataSource.getRepository(User), postgres), new PasswordHasher()];
    const user = await new UsersService(users, passwords, audit, postgres).findByLogin(login);
    if (user) await new UserChanges(users, passwords, audit, postgres).setPassword(COMMAND_LINE, user.id, password);
    return user ?? undefined;
  } finally {
    await dataSource.destroy();
  }
}
