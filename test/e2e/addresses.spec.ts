import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { networkInterfaces } from 'node:os';
import { GatewayProcess } from '../support/gateway/gateway-process.js';

/** Where the two ports listen. */
const hasIPv6 = Object.values(networkInterfaces()).some((all) => all!.some(({ address }) => address === '::1'));
if (!hasIPv6) process.stderr.write('SKIPPED: what needs IPv6; this machine has no ::1.\n');
const onlyWithIPv6 = hasIPv6 ? it : it.skip;

const at = (host: string, url: string) => `http://${host}:${new URL(url).port}`;
const answers = (host: string, url: string) =>
  fetch(`${at(host, url)}/livez`).then(
    ({ ok }) => ok,
    () => false,
  );

describe('by default', () => {
  let gateway: GatewayProcess;
  beforeAll(async () => {
    gateway = await GatewayProcess.start({ isFirst: true });
  }, 60_000);
  afterAll(() => gateway.destroy());

  onlyWithIPv6('both ports answer over IPv6', async () => {
    for (const url of [gateway.restUrl, gateway.mcpUrl]) expect(await answers('[::1]', url)).toBe(true);
  });

  it('both ports answer over IPv4, where callers keep their own address', async () => {
    for (const url of [gateway.restUrl, gateway.mcpUrl]) expect(await answers('127.0.0.1', url)).toBe(true);
    // Metrics are for this machine alone, however its address is written.
    expect((await fetch(`${at('127.0.0.1', gateway.restUrl)}/metrics`)).status).toBe(200);
    const via = { 'x-forwarded-for': '203.0.113.7' };
    expect((await fetch(`${at('127.0.0.1', gateway.restUrl)}/metrics`, { headers: via })).status).toBe(401);
  });

  it('the banner and what it tells clients say localhost', () => {
    expect([gateway.restUrl, gateway.mcpUrl]).toEqual([
      expect.stringMatching(/^http:\/\/localhost:/),
      expect.stringMatching(/^http:\/\/localhost:/),
    ]);
    expect(gateway.output).toContain(`--transport http tallygate ${gateway.mcpUrl}`);
  });
});

describe.each([
  ['0.0.0.0', 'localhost', '127.0.0.1', '[::1]'],
  ['127.0.0.1', '127.0.0.1', '127.0.0.1', '[::1]'],
  ...(hasIPv6 ? [['::1', '[::1]', '[::1]', '127.0.0.1']] : []),
])('with GATEWAY_HOST=%s', (host, shown, good, other) => {
  let gateway: GatewayProcess;
  beforeAll(async () => {
    gateway = await GatewayProcess.start({ env: { GATEWAY_HOST: host!, GATEWAY_AUTH_ENABLED: 'false' } });
  }, 60_000);
  afterAll(() => gateway.destroy());

  it('that is where both ports answer, by that name', async () => {
    expect(gateway.restUrl).toBe(at(shown!, gateway.restUrl));
    for (const url of [gateway.restUrl, gateway.mcpUrl]) {
      expect(await answers(good!, url)).toBe(true);
      expect(await answers(other!, url)).toBe(false);
      expect((await fetch(`${at(good!, url)}/health`)).status).toBe(200);
    }
  });
});

describe('behind a proxy that the operator names', () => {
  const urls = { GATEWAY_PUBLIC_URL: 'https://keys.example.com/', GATEWAY_PUBLIC_MCP_URL: 'https://mcp.example.com/mcp' };
  let gateway: GatewayProcess;
  beforeAll(async () => {
    gateway = await GatewayProcess.start({ env: urls });
  }, 60_000);
  afterAll(() => gateway.destroy());

  it('programs are told where clients reach both ports', async () => {
    const { json } = await gateway.rest('GET', '/health', undefined, null);
    expect(json).toMatchObject({ addresses: { rest_url: urls.GATEWAY_PUBLIC_URL, mcp_url: urls.GATEWAY_PUBLIC_MCP_URL } });
  });

  it('links for passwords lead there, wherever they are asked for', async () => {
    const { json: me } = await gateway.rest('GET', '/api/auth/me');
    const { json } = await gateway.rest('POST', `/api/admin/users/${me.id}/password-link`);
    expect(json.link).toMatch(/^https:\/\/keys\.example\.com\/password#/);
  });
});
