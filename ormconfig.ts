import { DataSource } from 'typeorm';
import { ApiKey } from './src/api-keys/keys/api-key.entity.js';
import { User } from './src/auth/users/user.entity.js';
import { loadConfig } from './src/config/load-config.js';
import { dataSourceOptions } from './src/database/data-source.js';

const { database_url: url } = loadConfig().values;
if (!url) throw new Error('Set GATEWAY_DATABASE_URL: the TypeORM command line works on a server, not on the embedded database.');

/** For the TypeORM command line, e.g. `npx typeorm migration:show -d ormconfig.ts`. The application migrates by itself at start. */
export default new DataSource(dataSourceOptions(url, [User, ApiKey]));
