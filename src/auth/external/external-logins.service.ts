import { Injectable } from '@nestjs/common';
import { loggerFor } from '../../common/log-contexts.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { NO_PASSWORD } from '../password/password-hasher.js';
import { UserDeletion } from '../users/user-deletion.service.js';
import type { User } from '../users/user.entity.js';
import { usernameFrom } from '../users/username.js';
import { UsersService } from '../users/users.service.js';
import type { ExternalLogin } from './external-login.js';

/** Users who come with tokens of the operator's own backend. */
@Injectable()
export class ExternalLogins {
  private readonly logger = loggerFor('Auth');

  constructor(
    private readonly users: UsersService,
    private readonly deletion: UserDeletion,
  ) {}

  /**
   * Finds the user by e-mail, or creates them at their first login; concurrent calls create one.
   * @throws UNAUTHORIZED for who was deleted, until an admin makes a user of that e-mail again
   */
  async userOf({ email, role, displayName }: ExternalLogin): Promise<User> {
    const known = await this.users.findByLogin(email);
    if (known) return known;
    if (await this.deletion.hasDeleted(email)) throw deleted();
    const row = { email, role, displayName, passwordHash: NO_PASSWORD };
    const made = await this.users.createUnnamed(row, usernameFrom(email));
    if (made) this.logger.log(`First login of ${email} by an external token, as ${role}`);
    const user = made ?? (await this.users.findByLogin(email));
    if (!user) throw new TallygateError('UNAVAILABLE', 'This user is being changed. Try again in a moment.');
    return user;
  }
}

const deleted = () =>
  new TallygateError('UNAUTHORIZED', 'This user was deleted. Ask an administrator of the gateway to create them again.');
