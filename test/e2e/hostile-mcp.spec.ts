import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { runs } from '../support/clients/hostile-values.js';
import { mcpRequests, type KnownTool, type McpRequest } from '../support/clients/mcp-messages.js';
import { residentMib } from '../support/clients/raw-http.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Every MCP method of both eras, with everything JSON and HTTP can say. */
const HANG_MS = 40_000;
const STATUSES = [200, 202, 400, 401, 403, 404, 405, 406, 409, 413, 415, 429];

let gateway: GatewayProcess;
beforeAll(async () => {
  const config = join(temporaryFolder('hostile'), 'gateway.yaml');
  writeFileSync(config, 'limits: { user_per_hour: 1000000, api_key_per_hour: 1000000, failures_per_address: 1000000 }\n');
  gateway = await GatewayProcess.start({ env: { GATEWAY_CONFIG: config } });
}, 60_000);
afterAll(() => gateway.destroy());

/** Sends it and checks what every answer must be. A stream is well formed by having begun; closing it ends the call. */
async function attempt({ body, headers }: McpRequest, key: string | null): Promise<void> {
  const auth: Record<string, string> = key === null ? {} : { 'x-api-key': key };
  const signal = AbortSignal.timeout(HANG_MS);
  const response = await fetch(gateway.mcpUrl, { method: 'POST', headers: { ...headers, ...auth }, body, signal });
  expect(STATUSES).toContain(response.status);
  if (response.headers.get('content-type')?.includes('event-stream')) return void (await response.body!.cancel());
  const text = await response.text();
  if (response.status === 202) return expect(text).toBe('');
  const answer = JSON.parse(text) as unknown;
  for (const one of [answer].flat()) expectWellFormed(one, body);
}

function expectWellFormed(answer: unknown, body: string): void {
  const { jsonrpc, id, result, error } = answer as Record<string, unknown>;
  expect(jsonrpc).toBe('2.0');
  expect([result !== undefined, error !== undefined].sort()).toEqual([false, true]);
  if (error !== undefined)
    expect(error).toEqual(expect.objectContaining({ code: expect.any(Number), message: expect.any(String) }));
  expect(JSON.stringify(error ?? '')).not.toMatch(/Internal error|node_modules|\.js:\d+/);
  // The id is the request's own, or null where it had none that could be read.
  if (id !== null) expect(body).toContain(`"id":${JSON.stringify(id)}`);
}

async function everyMethod(times: number, key: string | null): Promise<void> {
  const { json } = await gateway.mcp('tools/list');
  for (const [name, requests] of mcpRequests(json.result.tools as KnownTool[])) {
    const property = fc.asyncProperty(requests, (request) => attempt(request, key));
    await fc.assert(property, runs(times)).catch((error: Error) => {
      throw new Error(`${name}: ${error.message}`, { cause: error });
    });
  }
}

it('every method answers well, whatever it is given', () => everyMethod(6, gateway.apiKey), 600_000);

it('and to strangers', () => everyMethod(2, null), 300_000);

it('and leaves no memory behind', async () => {
  const before = residentMib(gateway.child.pid!);
  await everyMethod(3, gateway.apiKey);
  // What the first rounds loaded and cached is there already; the collector may be late.
  expect(residentMib(gateway.child.pid!) - before).toBeLessThan(100);
}, 600_000);

it('the gateway has nothing to report', async () => {
  expect((await gateway.mcp('tools/list')).status).toBe(200);
  expect(gateway.output.split('\n').filter((line) => line.includes('"level":"error"'))).toEqual([]);
});
