import { UsersAndApiKeys1 } from './0001-users-and-api-keys.js';
import { UsageOutbox2 } from './0002-usage-outbox.js';

/** Every migration in the order it runs. Append only: what has run somewhere is never edited. */
export const MIGRATIONS = [UsersAndApiKeys1, UsageOutbox2];
