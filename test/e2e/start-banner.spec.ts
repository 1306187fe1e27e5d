import { describe, expect, it, jest } from '@jest/globals';
import { rmSync } from 'node:fs';
import { tallygate } from '../support/gateway/cli-process.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** A gateway, and a process for each command it shows. */
jest.setTimeout(120_000);

const REQUIRED = { GATEWAY_CREDITS: 'required' };
const OFF = { GATEWAY_AUTH_ENABLED: 'false' };
/** Without a price it would say nothing of credits. */
const PRICED = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'get_latest_trading_day', arguments: {} } };

/** Calls a tool as a client would that was configured so. */
async function call(url: string, headers: Record<string, string>): Promise<void> {
  const all = { 'content-type': 'application/json', ...headers };
  const answer = await fetch(url, { method: 'POST', headers: all, body: JSON.stringify(PRICED) });
  const text = await answer.text();
  expect([answer.status, text, JSON.parse(text).result?.isError ?? false]).toEqual([200, text, false]);
}

/** What a person does with a line: types a command into a shell, or puts JSON into the file of a client. */
async function follow(line: string, password: string, home: string): Promise<void> {
  if (line.startsWith('{')) {
    const [server] = Object.values(Object.values(JSON.parse(line) as object)[0] as object) as [{ url: string; headers: never }];
    return call(server.url, server.headers);
  }
  const added = /^claude mcp add --transport http tallygate (\S+) --header "(\S+): (.*)"$/.exec(line);
  if (added) return call(added[1]!, { [added[2]!]: added[3]! });
  const words = /^npx tallygate (.*)$/.exec(line)![1]!.split(' ');
  const { code, stderr } = await tallygate(words, { stdin: password, env: { XDG_CONFIG_HOME: home } });
  expect([line, code, code === 0 ? '' : stderr]).toEqual([line, 0, '']);
}

describe.each<[string, Record<string, string>, string[]]>([
  ['the defaults', {}, []],
  ['credits: required', REQUIRED, ['login', 'account enable']],
  ['authentication off', OFF, []],
  ['both', { ...REQUIRED, ...OFF }, ['account enable']],
])('with %s', (mode, env, first) => {
  it('every command of the banner works, one after the other', async () => {
    const gateway = await GatewayProcess.start({ env: { GATEWAY_ADMIN_PASSWORD: '', ...env } });
    const banner = gateway.output.slice(gateway.output.indexOf('is ready'));
    const password = /password: (\S+)/.exec(banner)![1]!;
    const clients = /NAME is one of (.*):$/m.exec(banner)![1]!.split(', ');
    const lines = [...banner.matchAll(/^ {4}(\S.*)$/gm)].map(([, line]) => line!);
    expect(clients.length).toBeGreaterThan(1);
    // What is printed for each client does not depend on the rest.
    const names = ['the defaults', 'both'].includes(mode) ? clients : clients.slice(0, 1);
    const commands = lines.flatMap((line) => (line.includes(' NAME ') ? names.map((name) => line.replace('NAME', name)) : line));
    expect(commands.slice(0, first.length).map((line) => /tallygate (.*?)( \S+@\S+)? --url/.exec(line)![1])).toEqual(first);
    const home = temporaryFolder('banner');
    for (const command of commands) await follow(command, password, home);
    rmSync(home, { recursive: true, force: true });
    expect(banner.includes('Authentication is off')).toBe('GATEWAY_AUTH_ENABLED' in env);
    await gateway.destroy();
  });
});
