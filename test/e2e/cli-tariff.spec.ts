import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tallygate } from '../support/gateway/cli-process.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

jest.setTimeout(60_000);

const [home, folder] = [temporaryFolder('cli-tariff-home'), temporaryFolder('cli-tariff')];
let gateway: GatewayProcess;

beforeAll(async () => {
  const file = join(folder, 'gateway.yaml');
  writeFileSync(file, 'tools: { prices: { add: 3 } }\n');
  gateway = await GatewayProcess.start({ env: { GATEWAY_CONFIG: file } });
  await run(['login', 'admin@localhost'], { stdin: `${gateway.adminPassword}\n` });
}, 60_000);
afterAll(async () => {
  await gateway.destroy();
  rmSync(folder, { recursive: true });
});

const run = async (args: string[], { stdin = '', code = 0 } = {}) => {
  const result = await tallygate(args, { stdin, env: { TALLYGATE_URL: gateway.restUrl, XDG_CONFIG_HOME: home } });
  expect([result.code, result.stderr]).toEqual([code, code === 0 ? '' : expect.any(String)]);
  return code === 0 ? result.stdout : result.stderr;
};
const reason = ['--reason', 'its backend costs more'];

describe('tallygate prices', () => {
  it('lists, sets and resets what calls cost', async () => {
    expect(await run(['prices', 'list', '--search', 'add'])).toMatch(
      /^TOOL .*\nadd +3 +gateway\.yaml +0\n\nPage 1 of 1, 1 prices\.\n$/,
    );
    expect(await run(['prices', 'set', 'greet', '2', ...reason])).toBe('A call of greet costs 2 credits.\n');
    expect(await run(['prices', 'set', 'not-here', '2', ...reason])).toContain('There is no such tool now');
    expect(await run(['prices', 'list', '--search', 'greet'])).toMatch(/^greet +2 +admin@localhost/m);
    expect(await run(['prices', 'reset', 'greet'])).toBe('The price of greet is what it is without an admin.\n');
    expect(JSON.parse(await run(['prices', 'list', '--search', 'greet', '--json']))).toMatchObject({
      items: [{ tool: 'greet', price: 0, source: 'default' }],
    });
  });

  it('says what cannot be', async () => {
    expect(await run(['prices', 'set', 'add', '2', ...reason], { code: 1 })).toContain('gateway.yaml sets tools.prices.add.');
    expect(await run(['prices', 'reset', 'greet'], { code: 1 })).toContain('Nobody has set a value of "greet" here.');
    expect(await run(['prices', 'set', 'greet', '2'], { code: 2 })).toContain('--reason');
    expect(await run(['prices', 'set', 'greet', 'much', ...reason], { code: 2 })).toContain('It must be a whole number.');
  });
});

describe('tallygate tiers', () => {
  it('lists, sets and resets what tiers give; what is left out stays', async () => {
    const set = (...args: string[]) => run(['tiers', 'set', 'pro', ...args, ...reason]);
    expect(await set('--credits', '800', '--user-per-hour', '2000')).toBe(
      "Tier            pro\nA month         800 credits\nA user an hour  2000 requests\nA key an hour   the gateway's limit\n",
    );
    expect(await set('--key-per-hour', '9000', '--user-per-hour', 'none')).toContain('A key an hour   9000 requests');
    expect(await run(['tiers', 'list'])).toMatch(/^pro +800 +– +9000 +admin@localhost +0$/m);
    await run(['tiers', 'reset', 'pro', ...reason]);
    expect(JSON.parse(await run(['tiers', 'list', '--json']))).toContainEqual(
      expect.objectContaining({ name: 'pro', monthly_credits: 500, api_key_per_hour: null, source: 'default' }),
    );
  });

  it('says what cannot be', async () => {
    expect(await run(['tiers', 'set', 'gold', '--credits', '1', ...reason], { code: 1 })).toContain('There is no tier "gold".');
    expect(await run(['tiers', 'set', 'pro', ...reason], { code: 2 })).toContain('Give what changes');
    expect(await run(['tiers', 'set', 'pro', '--user-per-hour', '-1', ...reason], { code: 2 })).toContain('or none');
  });
});
