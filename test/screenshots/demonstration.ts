import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const PEOPLE = ['ada', 'grace', 'linus'];
const CLIENTS = ['claude-code', 'cursor-vscode', 'codex-mcp-client', 'gemini-cli'];
const CALLS: readonly [string, object][] = [
  ['get_daily_bars', { symbol: '^GSPC', start_date: '2008-10-01', end_date: '2008-10-31' }],
  ['get_daily_bars', { symbol: '^GSPC', start_date: '2020-03-01', end_date: '2020-03-31' }],
  ['get_latest_bars', { symbols: ['^GSPC'] }],
  ['list_datasets', {}],
  ['greet', { name: 'Ada' }],
  ['add', { a: 2, b: 40 }],
  ['get_daily_bars', { symbol: 'NOTHING' }],
];
const SETTINGS = 'tools: { prices: { get_daily_bars: 2, get_latest_bars: 1, list_datasets: 0 } }\n';
const CALLS_OF_EACH = 60;

/** A gateway with people, keys and calls, the same each time but for their moments. */
export async function demonstration(): Promise<GatewayProcess> {
  const file = join(temporaryFolder('screenshots'), 'gateway.yaml');
  writeFileSync(file, SETTINGS);
  const gateway = await GatewayProcess.start({ isFirst: true, env: { GATEWAY_CONFIG: file } });
  await gateway.rest('POST', '/api/mcp/enable');
  for (const name of PEOPLE) await person(gateway, name);
  await callAll(gateway, gateway.apiKey, 1);
  return gateway;
}

async function person(gateway: GatewayProcess, name: string): Promise<void> {
  const password = `the password of ${name}`;
  await gateway.rest('POST', '/auth/users', { username: name, email: `${name}@example.com`, password });
  const { json } = await gateway.rest('POST', '/api/auth/login', { email: name, password }, null);
  const token = json['access_token'] as string;
  const enabled = await gateway.rest('POST', '/api/mcp/enable', undefined, token);
  const made = await gateway.rest('POST', '/api/mcp-keys/create', { key_name: `${name}-laptop`, expires_days: 90 }, token);
  await callAll(gateway, made.json['api_key'] as string, name.length);
  await callAll(gateway, enabled.json['api_key'] as string, name.length + 7);
}

/** Which calls is decided by a linear congruence, not by chance. */
async function callAll(gateway: GatewayProcess, key: string, seed: number): Promise<void> {
  for (let turn = 0, at = seed; turn < CALLS_OF_EACH; turn += 1, at = (at * 1_103_515_245 + 12_345) % 2 ** 31) {
    const [name, args] = CALLS[at % CALLS.length]!;
    await gateway.mcp('tools/call', { name, arguments: args }, key, { 'user-agent': CLIENTS[at % CLIENTS.length]! });
  }
}
