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

  it('does not take the last admin away', async () => {
    for (const change of ['deactivate', 'demote', 'delete'])
      expect(await run(['users', change, 'admin'], '', 1)).toContain('last active admin');
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
