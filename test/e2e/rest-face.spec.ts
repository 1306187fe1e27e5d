import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { GatewayProcess } from '../support/gateway/gateway-process.js';

let gateway: GatewayProcess;
beforeAll(async () => {
  gateway = await GatewayProcess.start();
}, 60_000);
afterAll(() => gateway.destroy());

interface OpenApi {
  paths: Record<string, Record<string, { security?: unknown[]; responses: Record<string, unknown> }>>;
}

describe('the API document', () => {
  it('is the committed one; `npm run openapi` rewrites it', async () => {
    const { json } = await gateway.rest('GET', '/openapi.json', undefined, null);
    expect(json).toEqual(JSON.parse(readFileSync('openapi.json', 'utf8')));
  });

  it('is shown by Swagger UI', async () => {
    const { status, text } = await gateway.rest('GET', '/docs', undefined, null);
    expect([status, text.includes('swagger-ui')]).toEqual([200, true]);
  });

  it('names every endpoint that needs a login, and each refuses without one', async () => {
    const { json } = await gateway.rest('GET', '/openapi.json', undefined, null);
    const guarded = Object.entries((json as OpenApi).paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { security }]) => (security ? [[method.toUpperCase(), path] as const] : [])),
    );
    expect(guarded.length).toBeGreaterThan(8);
    for (const [method, path] of guarded) {
      const { status, json: body } = await gateway.rest(method, path.replaceAll(/\{\w+\}/g, '1'), undefined, null);
      expect([method, path, status, body.error_code]).toEqual([method, path, 401, 'UNAUTHORIZED']);
    }
  });
});

describe('health', () => {
  it('says how every part is', async () => {
    const { status, json } = await gateway.rest('GET', '/health', undefined, null);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      status: 'healthy',
      database: 'connected',
      clickhouse: 'connected',
      mcp_servers: { total: 0, healthy: 0, unhealthy: 0 },
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
    expect(json.uptime).toBeGreaterThanOrEqual(0);
  });

  it('has probes for load balancers', async () => {
    for (const path of ['/livez', '/readyz']) expect((await gateway.rest('GET', path, undefined, null)).status).toBe(200);
  });
});

describe('every answer', () => {
  it('carries a request id, errors included', async () => {
    for (const path of ['/livez', '/nowhere', '/api/auth/me']) {
      const { headers } = await gateway.rest('GET', path, undefined, null);
      expect(headers.get('x-request-id')).toMatch(/^[\w-]{8,}$/);
    }
  });

  it('of a failure has one form', async () => {
    const { status, json } = await gateway.rest('POST', '/api/mcp-keys/revoke', { key_id: 5, surplus: true });
    expect(status).toBe(422);
    expect(json).toMatchObject({ error_code: 'VALIDATION_ERROR', request_id: expect.any(String) });
    expect(json.detail).toEqual(expect.arrayContaining([expect.objectContaining({ loc: ['body', 'surplus'] })]));
  });
});

it('no secret is in the log', async () => {
  await gateway.rest('POST', '/api/auth/login', { email: 'admin@localhost', password: gateway.adminPassword }, null);
  await gateway.mcp('tools/list');
  expect(gateway.log).toContain('POST /api/auth/login');
  for (const secret of [gateway.apiKey, gateway.adminPassword, await gateway.token()]) {
    expect(gateway.log).not.toContain(secret);
  }
});
