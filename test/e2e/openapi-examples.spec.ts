import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { NOWHERE } from '../support/docs/openapi-requests.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';

interface Operation {
  tags: string[];
  parameters?: { in: string; name: string }[];
  requestBody?: { content: Record<string, { example?: object }> };
}

/** What the documentation page at /docs makes of the API document. */
const { paths, tags } = JSON.parse(readFileSync('openapi.json', 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
  tags: { name: string; description: string }[];
};
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);
const bodies = operations.flatMap(({ method, path, operation }) =>
  Object.entries(operation.requestBody?.content ?? {})
    .filter(([type]) => type !== 'application/octet-stream') // a file
    .map(([type, { example }]) => [`${method} ${path}`, { method, path, type, example }] as const),
);

/** Of a body that is not what the document says, or of a fault. */
const REFUSALS = [413, 415, 422, 500];

let gateway: GatewayProcess;
let token: string;
beforeAll(async () => {
  gateway = await GatewayProcess.start({ env: { GATEWAY_REGISTRATION: 'open' } });
  token = await gateway.token();
}, 60_000);
afterAll(() => gateway.destroy());

describe('executed unchanged on the documentation page', () => {
  it.each(bodies)('%s is a request that the gateway takes', async (_, { method, path, type, example }) => {
    expect(example).toBeDefined();
    const body = type.endsWith('json')
      ? JSON.stringify(example)
      : new URLSearchParams(example as Record<string, string>).toString();
    const url = path.replaceAll('{id}', path.includes('accounts') ? '999999' : NOWHERE).replace('{tool}', 'nothing');
    const headers = { 'content-type': type, authorization: `Bearer ${token}` };
    const answer = await fetch(gateway.restUrl + url, { method, headers, body });
    const text = await answer.text();
    expect([answer.status, text, REFUSALS.includes(answer.status)]).toEqual([answer.status, text, false]);
  });

  it('a new key expires, and may do no more than any key', async () => {
    const { keys } = (await gateway.rest('GET', '/api/mcp-keys/list')).json as unknown as {
      keys: { key_name: string; permissions: string[]; expires_at: string | null }[];
    };
    const made = keys.find(({ key_name }) => key_name === 'my-cursor-key')!;
    expect([made.permissions, typeof made.expires_at]).toEqual([['tools:call'], 'string']);
  });

  it('nothing was raised: the only admin is the one that was there', async () => {
    const { users } = (await gateway.rest('GET', '/api/admin/users')).json as unknown as { users: { role: string }[] };
    expect(users.filter(({ role }) => role === 'admin').length).toBe(1);
  });
});

describe('the API document', () => {
  it('has its chapters in the order in which somebody new needs them, each with a description', () => {
    const names = ['Authentication', 'API keys', 'Tools', 'Usage', 'MCP account', 'Billing', 'Servers', 'Administration'];
    expect(tags.map(({ name }) => name)).toEqual([...names, 'Datasets', 'Gateway', 'Health']);
    expect(tags.filter(({ description }) => !description)).toEqual([]);
    expect([...new Set(operations.flatMap(({ operation }) => operation.tags))].sort()).toEqual(
      tags.map(({ name }) => name).sort(),
    );
  });

  it('names each parameter of an operation once, however it is written', () => {
    const repeated = operations.filter(({ operation: { parameters = [] } }) => {
      const names = parameters.map((one) => `${one.in} ${one.name.toLowerCase()}`);
      return new Set(names).size < names.length;
    });
    expect(repeated).toEqual([]);
  });

  it('has no webhook, which nobody but Stripe can call', () => {
    expect(operations.filter(({ path }) => path.includes('stripe'))).toEqual([]);
  });

  it('is shown by a page that keeps who is logged in over a reload', async () => {
    expect(await (await fetch(`${gateway.restUrl}/docs/swagger-ui-init.js`)).text()).toMatch(/"persistAuthorization": true/);
  });
});
