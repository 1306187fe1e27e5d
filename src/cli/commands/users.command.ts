import { Command, Option } from 'commander';
import { randomBytes } from 'node:crypto';
import type { components, GatewayClient } from '../../client/gateway-client.js';
import { action, CliFailure, EXIT } from '../terminal/cli-failure.js';
import { readPasswords } from '../terminal/password-prompt.js';
import { onRest } from '../gateway/on-rest.js';
import { print, printSecret } from '../terminal/output.js';
import { pageWords, pagedCommand, restCommand, type PageOptions, type RestOptions } from '../terminal/rest-command.js';
import { secondsOf, textTable } from '../terminal/text-table.js';
import { PASSWORD_MIN } from '../../config/sections/bounds.js';

const PASSWORD_BYTES = 18;

const EXAMPLES = `
Examples:
  tallygate users create alice alice@example.com
  tallygate users create bob bob@example.com --admin
  tallygate users invite carol@example.com --name "Carol C"
  tallygate users invite carol@example.com --again
  tallygate users list
  tallygate users list --json | jq -r '.users[] | select(.role == "admin") | .email'
  tallygate users deactivate bob
  tallygate users activate bob
  tallygate users promote bob@example.com
  tallygate users demote bob@example.com
  tallygate users password-link bob
  tallygate users delete bob
  tallygate users set-password admin@localhost

All but set-password need \`tallygate login\` as an admin first. Generated passwords are shown only once. set-password works on
the gateway's own machine, on its data folder or GATEWAY_DATABASE_URL, whether the gateway runs or not: so it is also the way back
when the admin's password is lost.`;

/** `tallygate users`: how admins manage users. */
export function usersCommand(): Command {
  return new Command('users')
    .description('invite, create, list, change and delete users (admins only)')
    .addHelpText('afterAll', EXAMPLES)
    .addCommand(
      restCommand('create', 'create a user with a generated password')
        .argument('<username>', 'letters, digits, ".", "_" and "-"')
        .argument('<email>', 'the e-mail to log in with')
        .option('--admin', 'make the user an admin')
        .action(action(create)),
    )
    .addCommand(
      restCommand('invite', 'invite somebody: they choose a password by a link, once, within a day')
        .argument('<email>', 'the e-mail to log in with')
        .option('--admin', 'make them an admin')
        .option('--name <name>', 'what they are called')
        .addOption(new Option('--again', 'make a new link for who has not come yet').conflicts(['admin', 'name']))
        .action(action(invite)),
    )
    .addCommand(pagedCommand('list', 'list all users, newest first').action(action(list)))
    .addCommand(changeCommand('deactivate', 'refuse all logins and keys of a user', { is_active: false }))
    .addCommand(changeCommand('activate', 'accept them again', { is_active: true }))
    .addCommand(changeCommand('promote', 'make a user an admin', { role: 'admin' }))
    .addCommand(changeCommand('demote', 'make an admin a user', { role: 'user' }))
    .addCommand(
      restCommand('password-link', 'make a link by which a user sets a password, once, within a day')
        .argument('<user>', USER)
        .action(action(passwordLink)),
    )
    .addCommand(
      restCommand('delete', 'delete a user; what they called and paid stays in the books')
        .argument('<user>', USER)
        .action(action(remove)),
    )
    .addCommand(
      new Command('set-password')
        .description('set a password on the gateway’s own machine; generated, or the first line of stdin')
        .argument('<user>', USER)
        .option('--json', 'print the answer as JSON')
        .action(action(setPassword)),
    );
}

const USER = 'e-mail or user name';

function changeCommand(name: string, description: string, change: components['schemas']['EditUserDto']): Command {
  return restCommand(name, description)
    .argument('<user>', USER)
    .action(action((login: string, options: RestOptions) => edit(login, change, options)));
}

async function edit(login: string, change: components['schemas']['EditUserDto'], { url, json }: RestOptions): Promise<void> {
  const user = await onRest({ url }, async (gateway) => gateway.editUser((await find(gateway, login)).id, change));
  print(json, user, () => `${user.username} (${user.email}) is ${user.is_active ? 'active' : 'off'}, ${user.role}.`);
}

async function passwordLink(login: string, { url, json }: RestOptions): Promise<void> {
  const made = await onRest({ url }, async (gateway) => gateway.makePasswordLink((await find(gateway, login)).id));
  print(json, made, () => `${made.link}\n\nWhoever has it can set the password, once, until ${secondsOf(made.expires_at)} UTC.`);
}

interface InviteOptions extends RestOptions {
  admin?: boolean;
  name?: string;
  again?: boolean;
}

async function invite(email: string, { url, json, admin, name, again }: InviteOptions): Promise<void> {
  const invitee = { email, ...(admin && { role: 'admin' as const }), ...(name !== undefined && { display_name: name }) };
  const made = await onRest({ url }, async (gateway) =>
    again ? gateway.inviteAgain((await find(gateway, email)).id) : gateway.inviteUser(invitee),
  );
  const mailed = {
    true: `It is mailed to ${email}.`,
    false: 'It could not be mailed: send it to them.',
    null: 'Send it to them.',
  };
  const until = `Whoever has it can choose the password, once, until ${secondsOf(made.expires_at)} UTC.`;
  print(json, made, () => `${made.link}\n\n${until} ${mailed[`${made.is_mailed}`]}`);
}

async function remove(login: string, { url, json }: RestOptions): Promise<void> {
  const user = await onRest({ url }, async (gateway) => {
    const found = await find(gateway, login);
    await gateway.deleteUser(found.id);
    return found;
  });
  print(json, user, () => `Deleted ${user.username} (${user.email}).`);
}

/** @throws CliFailure when nobody has exactly this name or e-mail */
async function find(gateway: GatewayClient, login: string): Promise<components['schemas']['UserDto']> {
  const {
    users: [user],
  } = await gateway.listUsers({ login });
  if (!user) throw new CliFailure(`There is no user "${login}".`);
  return user;
}

async function setPassword(login: string, { json }: { json?: boolean }): Promise<void> {
  const [given] = process.stdin.isTTY ? [] : await readPasswords('New password');
  const password = given || randomBytes(PASSWORD_BYTES).toString('base64url');
  if (password.length < PASSWORD_MIN) throw new CliFailure(`A password has at least ${PASSWORD_MIN} characters.`, EXIT.usage);
  // Only here, since they would slow every other command down.
  const { loadConfig } = await import('../../config/load-config.js');
  const { onLocalPostgres } = await import('../gateway/local-postgres.js');
  const { setPasswordAt } = await import('../../auth/users/local-users.js');
  const user = await onLocalPostgres(loadConfig(), (postgres) => setPasswordAt(postgres, login, password));
  if (!user) throw new CliFailure(`There is no user "${login}".`);
  const shown = given ? {} : { password };
  const answer = { username: user.username, email: user.email, ...shown };
  const words = `The password of ${user.username} (${user.email}) is set; their logins have ended.`;
  if (given) print(json, answer, () => words);
  else printSecret(json, answer, password, `${words} It is shown only once.`);
}

async function create(username: string, email: string, { url, json, admin = false }: RestOptions & { admin?: boolean }) {
  const password = randomBytes(PASSWORD_BYTES).toString('base64url');
  const body = { username, email, password, is_superuser: admin };
  const user = await onRest({ url }, (gateway) => gateway.createUser(body));
  const words = `Created ${user.username} (${user.email}, ${user.role}). The password is shown only once.`;
  printSecret(json, { ...user, password }, password, words);
}

async function list({ url, json, page, pageSize }: PageOptions): Promise<void> {
  const found = await onRest({ url }, (gateway) => gateway.listUsers({ page, page_size: pageSize }));
  const rows = found.users.map((user) => [
    user.username,
    user.email,
    user.role,
    !user.is_active ? 'off' : user.invited_at ? 'invited' : 'active',
    secondsOf(user.created_at),
  ]);
  print(
    json,
    found,
    () => `${textTable(['NAME', 'E-MAIL', 'ROLE', 'STATE', 'CREATED (UTC)'], rows)}\n\n${pageWords(found, 'users')}`,
  );
}
