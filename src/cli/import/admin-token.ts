import { JwtService } from '@nestjs/jwt';
import { DataSource } from 'typeorm';
import { User } from '../../auth/users/user.entity.js';
import type { AppConfig } from '../../config/app-config.js';
import { dataSourceOptions } from '../../database/data-source.js';
import { EmbeddedPostgres } from '../../database/embedded-postgres.js';

/** Long enough to start a request. */
const LIFETIME_SECONDS = 60;

/**
 * A login token of the admin, signed with the installation's secret. Whoever can read the data folder has both secret
 * and database, so this grants nothing new. Undefined when no PostgreSQL runs on the folder: then whatever answers on
 * the port is the gateway of another folder.
 */
export async function adminToken({ values }: AppConfig): Promise<string | undefined> {
  const postgres = new EmbeddedPostgres(values.data_dir);
  const { url, adopted } = await postgres.start();
  if (!adopted) {
    await postgres.stop();
    return undefined;
  }
  const jwt = new JwtService({ secret: values.auth.secret_key, signOptions: { algorithm: 'HS256' } });
  return jwt.sign({}, { subject: await adminId(url), expiresIn: LIFETIME_SECONDS });
}

async function adminId(url: string): Promise<string> {
  const dataSource = await new DataSource(dataSourceOptions(url, [User])).initialize();
  try {
    const admin = await dataSource
      .getRepository(User)
      .findOne({ where: { role: 'admin', isActive: true }, order: { createdAt: 'ASC' } });
    if (!admin) throw new Error('The gateway has no active admin to import as.');
    return admin.id;
  } finally {
    await dataSource.destroy();
  }
}
