import { execFileSync } from 'node:child_process';
import { chownSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** The operating system account PostgreSQL runs as; undefined means our own. */
export type PostgresAccount = { uid: number; gid: number } | undefined;

const ACCOUNT_NAME = 'postgres';

/**
 * PostgreSQL refuses to run as root. As root, as in a container, it gets an account of its own: `postgres`, made when missing.
 * @throws Error when the account can be neither found nor made.
 */
export function postgresAccount(): PostgresAccount {
  if (process.getuid?.() !== 0) return undefined;
  return findAccount() ?? createAccount();
}

function findAccount(): PostgresAccount {
  try {
    const id = (flag: string) =>
      Number(execFileSync('id', [flag, ACCOUNT_NAME], { stdio: ['ignore', 'pipe', 'ignore'] }).toString());
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined; // `id` exits with 1 when there is no such account
  }
}

function createAccount(): PostgresAccount {
  try {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', ACCOUNT_NAME], { stdio: 'pipe' });
  } catch (error) {
    throw new Error(
      'PostgreSQL cannot run as root and no account "postgres" could be made. Run as another user, or set GATEWAY_DATABASE_URL.',
      { cause: error },
    );
  }
  return findAccount();
}

/** Gives the folder to the account; does nothing where PostgreSQL runs as ourselves. */
export function own(folder: string, account: PostgresAccount): void {
  if (account) chownSync(folder, account.uid, account.gid);
}

/** Whether the account may pass through every folder on the way to this path. */
export function canReach(path: string, account: PostgresAccount): boolean {
  if (!account) return true;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (!mayPass(folder, account)) return false;
    if (folder === dirname(folder)) return true;
  }
}

function mayPass(folder: string, account: NonNullable<PostgresAccount>): boolean {
  const { mode, uid, gid } = statSync(folder);
  if (uid === account.uid) return (mode & 0o100) !== 0;
  return (mode & (gid === account.gid ? 0o010 : 0o001)) !== 0;
}
