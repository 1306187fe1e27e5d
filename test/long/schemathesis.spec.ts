import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { hasPython, pythonProgram } from '../support/python/python-program.js';
import { temporaryFolder } from '../support/temporary-folder.js';

jest.setTimeout(300_000);

const SETTINGS = resolve('test', 'support', 'python', 'schemathesis.toml');
const LIMITS = 'limits: { user_per_hour: 1000000, failures_per_address: 1000000 }\n';
/** With payments, so that Stripe's signature is looked at; nothing is bought, as nobody guesses the pack. */
const BILLING = `billing:
  enabled: true
  stripe_secret_key: sk_test_secret
  stripe_webhook_secret: whsec_test_secret
  success_url: https://portal.example.com/paid?session={CHECKOUT_SESSION_ID}
  cancel_url: https://portal.example.com/credits
  credit_packs: [{ id: pack-nobody-guesses, name: Credits, credits: 100, unit_amount: 500, currency: usd }]
`;

/** Another reader of openapi.json, and its own ideas of what could go wrong: no failure, nothing that is not documented. */
(hasPython() ? describe : describe.skip)('schemathesis', () => {
  const folder = temporaryFolder('schemathesis');
  let gateway: GatewayProcess;
  let program: string;
  beforeAll(async () => {
    program = pythonProgram('schemathesis', 'schemathesis');
    const config = join(folder, 'gateway.yaml');
    writeFileSync(config, LIMITS + BILLING);
    gateway = await GatewayProcess.start({ env: { GATEWAY_CONFIG: config } });
  });
  afterAll(async () => {
    await gateway.destroy();
    rmSync(folder, { recursive: true, force: true });
  });

  async function userToken(): Promise<string> {
    const user = { username: 'user', email: 'user@example.com', password: 'a long enough password' };
    await gateway.rest('POST', '/auth/users', user);
    const { json } = await gateway.rest('POST', '/api/auth/login', { email: user.email, password: user.password }, null);
    return json.access_token as string;
  }

  /** Its report, and whether it found nothing. */
  async function tried(token: string, phases: string): Promise<{ code: number; report: string }> {
    const args = [
      '--config-file',
      SETTINGS,
      'run',
      resolve('openapi.json'),
      '--url',
      gateway.restUrl,
      '--no-color',
      '--phases',
      phases,
      // It would be refused everywhere from then on.
      '--exclude-path',
      '/api/auth/logout',
      '--exclude-path',
      '/api/admin/users/{id}/password',
    ];
    const env = { ...process.env, TALLYGATE_TOKEN: token };
    const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const [report, complaint, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    return { code: code as number, report: report + complaint };
  }

  it.each([
    // Every bound of every member, and what is just outside.
    ['an admin', 'examples,coverage', 1_000, () => gateway.token()],
    // Random requests: a user meets the bounds where the admin did.
    ['a user', 'fuzzing', 100, userToken],
  ])('finds nothing as %s', async (_, phases, atLeast, token) => {
    const { code, report } = await tried(await token(), phases);
    if (code !== 0) throw new Error(report.replace(/^(.{500}).*$/gm, '$1 …'));
    expect(Number(/(\d+) generated/.exec(report)?.[1])).toBeGreaterThan(atLeast);
  });

  it('leaves the gateway with nothing to report', () => {
    expect(gateway.child.exitCode).toBeNull();
    expect(gateway.log.split('\n').filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });
});
