import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { tallygate } from '../support/gateway/cli-process.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

jest.setTimeout(60_000);

const NEW = 'battery staple';
const [home, dataDir] = [temporaryFolder('cli-users-home'), temporaryFolder('cli-users')];
let gateway: GatewayProcess;
let address: string;

beforeAll(async () => {
  gateway = await GatewayProcess.start({ dataDir });
  address = gateway.restUrl;
  await run(['login', 'admin@localhost'], `${gateway.adminPassword}\n`);
}, 60_000);
afterAll(() => gateway.destroy());

const run = async (args: string[], stdin = '', code = 0) => {
  const env = { TALLYGATE_URL: address, XDG_CONFIG_HOME: home, GATEWAY_DATA_DIR: dataDir };
  const result = await tallygate(args, { stdin, env });
  // What is shown only once is alone on stdout, and the words about it are on stderr.
  const said = code !== 0 || /^\S+\n$/.test(result.stdout) ? expect.any(String) : '';
  expect([result.code, result.stderr]).toEqual([code, said]);
  return code === 0 ? result.stdout : result.stderr;
};
const canLogIn = async (user: string, password: string) =>
  (await gateway.rest('POST', '/api/auth/login', { email: user, password }, null)).status === 200;

describe('tallygate users', () => {
  it('switches a user off and on, makes them an admin and a user again, and deletes them', async () => {
    const password = (await run(['users', 'create', 'alice', 'alice@example.com'])).trim();
    expect(await run(['users', 'deactivate', 'Alice'])).toBe('alice (alice@example.com) is off, user.\n');
    expect(await canLogIn('alice', password)).toBe(false);
    expect(await run(['users', 'activate', 'alice@example.com'])).toBe('alice (alice@example.com) is active, user.\n');
    expect(await canLogIn('alice', password)).toBe(true);
    expect(JSON.parse(await run(['users', 'promote', 'alice', '--json']))).toMatchObject({ role: 'admin' });
    expect(await run(['users', 'demote', 'alice'])).toContain('active, user');
    expect(await run(['users', 'delete', 'alice'])).toBe('Deleted alice (alice@example.com).\n');
    expect(await run(['users', 'activate', 'alice'], '', 1)).toContain('There is no user "alice".');
  });

  it('invites somebody, who is listed so until they come, and again', async () => {
    const first = await run(['users', 'invite', 'ina@example.com', '--name', 'Ina']);
    expect(first).toMatch(
      /^http\S+\/password#[\w-]{43}\n\nWhoever has it can choose the password, once, until .* UTC. Send it to them.\n$/,
    );
    expect(await run(['users', 'list'])).toMatch(/ina +ina@example.com +user +invited/);
    const { link } = JSON.parse(await run(['users', 'invite', 'ina@example.com', '--again', '--json'])) as { link: string };
    expect(first).not.toContain(link);
    expect(await run(['users', 'invite', 'ina@example.com'], '', 1)).toContain('There is a user with this e-mail already.');
    const body = { token: link.split('#')[1], new_password: NEW };
    expect((await gateway.rest('POST', '/api/auth/password-link', body, null)).status).toBe(204);
    expect(await run(['users', 'list'])).toMatch(/ina +ina@example.com +user +active/);
    await run(['users', 'delete', 'ina']);
  });

  it('does not take the last admin away', async () => {
    for (const change of ['deactivate', 'demote', 'delete'])
      expect(await run(['users', change, 'admin'], '', 1)).toContain('last active admin');
  });
});

describe('tallygate account alerts', () => {
  it('says what one is told of, and where', async () => {
    await run(['account', 'enable']);
    expect(await run(['account', 'alerts', 'show'])).toMatch(
      /^Low balance +off\nEndpoint +none\nTold by +nothing\nThere is no way/,
    );
    expect(await run(['account', 'alerts', 'set', '--low-balance', '20'])).toContain('Low balance         20 credits\n');
    expect(JSON.parse(await run(['account', 'alerts', 'set', '--low-balance-off', '--json']))).toMatchObject({
      low_balance: null,
    });
    const url = ['--webhook-url', 'https://hooks.example.com/'];
    expect(await run(['account', 'alerts', 'set', ...url], '', 1)).toContain('notices.user_webhooks');
    expect(await run(['account', 'alerts', 'test'], '', 1)).toContain('no way to tell you');
    expect(await run(['account', 'alerts', 'set'], '', 2)).toContain('Say what to change');
    expect(await run(['account', 'alerts', 'renew-secret'], '', 1)).toContain('There is no endpoint yet');
  });
});

describe('tallygate password', () => {
  it('changes it, and this machine stays logged in', async () => {
    expect(await run(['password'], `${gateway.adminPassword}\n${NEW}\n`)).toContain('The password is changed.');
    expect([await canLogIn('admin', gateway.adminPassword), await canLogIn('admin', NEW)]).toEqual([false, true]);
    expect(await run(['users', 'list'])).toContain('admin@localhost');
  });

  it('says what is wrong', async () => {
    expect(await run(['password'], 'wrong\nlong enough\n', 1)).toContain('The current password is wrong.');
    expect(await run(['password'], `${NEW}\nshort\n`, 1)).toContain('new_password');
    expect(await run(['password'], `${NEW}\n`, 2)).toContain('Give the current password and the new one.');
  });
});

describe('tallygate users set-password', () => {
  it('is the way back for a lost password, while the gateway runs and while it does not', async () => {
    const made = (await run(['users', 'set-password', 'admin@localhost'])).trim();
    expect(made).toMatch(/^\S{20,}$/);
    expect(await canLogIn('admin', made)).toBe(true);
    await gateway.end();
    expect(await run(['users', 'set-password', 'admin'], 'correct horse again\n')).toMatch(/^The password of admin .* is set/);
    gateway = await GatewayProcess.start({ dataDir });
    address = gateway.restUrl;
    expect([await canLogIn('admin', made), await canLogIn('admin', 'correct horse again')]).toEqual([false, true]);
    expect(await run(['users', 'set-password', 'nobody'], '', 1)).toContain('There is no user "nobody".');
    expect(await run(['users', 'set-password', 'admin'], 'short\n', 2)).toContain('at least 8 characters');
  });
});

describe('tallygate logout', () => {
  it('ends the login here and at the gateway', async () => {
    await run(['login', 'admin'], 'correct horse again\n');
    expect(await run(['logout'])).toBe(`Logged out at ${address}.\n`);
    expect(await run(['users', 'list'], '', 1)).toContain('tallygate login');
  });
});
