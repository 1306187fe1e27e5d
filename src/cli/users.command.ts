import { Command } from 'commander';
import { randomBytes } from 'node:crypto';
import type { UserDto } from '../auth/user.dto.js';
import { action } from './cli-failure.js';
import { GatewayRest } from './gateway-rest.js';
import { print } from './output.js';
import { restCommand, type RestOptions } from './rest-command.js';

const PASSWORD_BYTES = 18;

const EXAMPLES = `
Examples:
  tallygate users create alice alice@example.com
  tallygate users create bob bob@example.com --admin

Needs \`tallygate login\` as an admin first. The password is made here and shown once.`;

/** `tallygate users`: what an admin does for others. */
export function usersCommand(): Command {
  return new Command('users')
    .description('create users (admins only)')
    .addHelpText('after', EXAMPLES)
    .addCommand(
      restCommand('create', 'create a user with a generated password')
        .argument('<username>', 'letters, digits, ".", "_" and "-"')
        .argument('<email>', 'what they log in with')
        .option('--admin', 'they may do everything')
        .action(action(create)),
    );
}

async function create(username: string, email: string, { url, json, admin = false }: RestOptions & { admin?: boolean }) {
  const password = randomBytes(PASSWORD_BYTES).toString('base64url');
  const body = { username, email, password, is_superuser: admin };
  const user = await new GatewayRest(url).post<UserDto>('/auth/users', body);
  print(
    json,
    { ...user, password },
    () => `Created ${user.username} (${user.email}, ${user.role}).\nPassword, shown only now: ${password}`,
  );
}
