import { JwtService } from '@nestjs/jwt';
import { DataSource } from 'typeorm';
import type { AppConfig } from '../../config/app-config.js';
import { dataSourceOptions } from '../../database/data-source.js';
import { Postgres } from '../../database/postgres.js';
import { User } from '../users/user.entity.js';
import { UsersRepository } from '../users/users.repository.js';
import { JWT_ALGORITHM } from './jwt.strategy.js';
import { claimsFor } from './own-token.js';

/** Long enough to begin a request with. */
const LIFETIME_SECONDS = 60;

/**
 * A login token of the admin, for a command on the gateway's own machine. It takes the installation's secret and its database,
 * so this gives nobody anything they do not have.
 * @param url Of a PostgreSQL that a gateway has migrated. @throws Error in one line when there is no active admin.
 */
export async function adminToken({ values }: AppConfig, url: string): Promise<string> {
  const dataSource = await new DataSource(dataSourceOptions(url, [User])).initialize();
  try {
    const users = new UsersRepository(dataSource.getRepository(User), new Postgres(dataSource));
    const admin = await users.findFirstAdmin();
    if (!admin?.isActive) throw new Error('The gateway has no active admin to import as.');
    const jwt = new JwtService({ secret: values.auth.secret_key, signOptions: { algorithm: JWT_ALGORITHM } });
    return jwt.sign(claimsFor(admin), { expiresIn: LIFETIME_SECONDS });
  } finally {
    await dataSource.destroy();
  }
}
