import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { GatewayProcess } from '../support/gateway/gateway-process.js';

jest.setTimeout(60_000);

let gateway: GatewayProcess;
beforeAll(async () => {
  const env = { GATEWAY_MCP_SESSIONS: 'true', GATEWAY_METRICS_TOKEN: 'metrics-token-of-a-test' };
  gateway = await GatewayProcess.start({ env });
});
afterAll(() => gateway?.destroy());

const check = (yaml: string) => gateway.rest('POST', '/api/admin/config/check', { yaml });

describe('The settings of a running gateway', () => {
  it('are told with where each comes from, and without secrets', async () => {
    const { json } = await gateway.rest('GET', '/api/admin/config');
    const found = (name: string) => (json.settings as { name: string }[]).find((one) => one.name === name);
    expect(json.file).toBe('gateway.yaml');
    expect(found('mcp.sessions')).toMatchObject({
      value: true,
      default: false,
      origin: 'variable',
      given_as: 'GATEWAY_MCP_SESSIONS',
    });
    expect(found('metrics.token')).toMatchObject({ value: '…', default: null, origin: 'variable' });
    expect(found('tools.timeout_seconds')).toMatchObject({ value: 30, origin: 'default', given_as: null });
    expect(JSON.stringify(json)).not.toContain(gateway.adminPassword);
  });

  it('are compared with a file, whose changes need a restart', async () => {
    expect((await check('tiers: { free: 60, pro: 500, enterprise: 5000 }\nmcp: { sessions: false }')).json).toEqual({
      ...{ problems: [], not_compared: [], not_opened: [] },
      changes: [{ name: 'tiers.free', now: 50, then: 60 }, expect.objectContaining({ name: 'tiers' })],
    });
    expect((await check('tiers: { free: x }')).json).toMatchObject({
      problems: [{ line: 1, message: 'gateway.yaml: tiers.free: must be a whole number from 0 to 1000000000' }],
    });
  });

  it('keep nobody waiting for a text that takes long to read, one at a time', async () => {
    const hostile = `tiers: {${Array.from({ length: 50_000 }, (_, n) => n.toString(36)).join(',')}}`;
    const checking = Promise.all([check(hostile), check(hostile)]);
    const longest = await longestAnswerUntil(checking);
    expect((await checking).map(({ status }) => status).sort()).toEqual([400, 409]);
    expect(longest).toBeLessThan(2_000);
  });

  it('are for admins, and a text is bounded', async () => {
    expect((await check('x'.repeat(262_145))).status).toBe(422);
    await gateway.rest('POST', '/auth/users', { username: 'ada', email: 'ada@example.com', password: 'correct horse 2' });
    const { json } = await gateway.rest('POST', '/api/auth/login', { email: 'ada', password: 'correct horse 2' });
    const token = json.access_token as string;
    expect((await gateway.rest('GET', '/api/admin/config', undefined, token)).status).toBe(403);
    expect((await gateway.rest('POST', '/api/admin/config/check', { yaml: '' }, token)).status).toBe(403);
  });
});

/** How long the slowest of other requests took meanwhile, ms. */
async function longestAnswerUntil(work: Promise<unknown>): Promise<number> {
  let isDone = false;
  void work.finally(() => (isDone = true));
  let longest = 0;
  while (!isDone) {
    const asked = performance.now();
    await fetch(`${gateway.restUrl}/livez`);
    longest = Math.max(longest, performance.now() - asked);
  }
  return longest;
}
