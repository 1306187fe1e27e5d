import { Command } from 'commander';
import { randomBytes } from 'node:crypto';
import { action } from '../terminal/cli-failure.js';
import { onRest } from '../gateway/on-rest.js';
import { print } from '../terminal/output.js';
import { pageWords, pagedCommand, restCommand, type PageOptions, type RestOptions } from '../terminal/rest-command.js';
import { secondsOf, textTable } from '../terminal/text-table.js';

const PASSWORD_BYTES = 18;

const EXAMPLES = `
Examples:
  tallygate users create alice alice@example.com
  tallygate users create bob bob@example.com --admin
  tallygate users list
  tallygate users list --json | jq -r '.users[] | select(.role == "admin") | .email'

Both need \`tallygate login\` as an admin first. The password is generated and shown only once.`;

/** `tallygate users`: how admins manage users. */
export function usersCommand(): Command {
  return new Command('users')
    .description('create and list users (admins only)')
    .addHelpText('afterAll', EXAMPLES)
    .addCommand(
      restCommand('create', 'create a user with a generated password')
        .argument('<username>', 'letters, digits, ".", "_" and "-"')
        .argument('<email>', 'the e-mail to log in with')
        .option('--admin', 'make the user an admin')
        .action(action(create)),
    )
    .addCommand(pagedCommand('list', 'list all users, newest first').action(action(list)));
}

async function create(username: string, email: string, { url, json, admin = false }: RestOptions & { admin?: boolean }) {
  const password = randomBytes(PASSWORD_BYTES).toString('base64url');
  const body = { username, email, password, is_superuser: admin };
  const user = await onRest({ url }, (gateway) => gateway.createUser(body));
  print(
    json,
    { ...user, password },
    () => `Created ${user.username} (${user.email}, ${user.role}).\nPassword, shown only once: ${password}`,
  );
}

async function list({ url, json, page, pageSize }: PageOptions): Promise<void> {
  const found = await onRest({ url }, (gateway) => gateway.listUsers({ page, page_size: pageSize }));
  const rows = found.users.map((user) => [
    user.username,
    user.email,
    user.role,
    user.is_active ? 'active' : 'off',
    secondsOf(user.created_at),
  ]);
  print(
    json,
    found,
    () => `${textTable(['NAME', 'E-MAIL', 'ROLE', 'STATE', 'CREATED (UTC)'], rows)}\n\n${pageWords(found, 'users')}`,
  );
}
