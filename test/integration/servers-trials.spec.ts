import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServerPool } from '../../src/servers/pool/server-pool.service.js';
import { eventually } from '../support/eventually.js';
import { createUser } from '../support/gateway/key-replica.js';
import { ServersRest } from '../support/gateway/servers-rest.js';
import { OddUpstream } from '../support/upstreams/odd-upstream.js';

const upstream = new OddUpstream();
let rest: ServersRest;

beforeAll(async () => {
  await upstream.start();
  const silent = { transport: 'stdio', command: process.execPath, args: ['-e', 'setInterval(() => 0, 1000)'] };
  const own = { transport: 'http', url: '${config.url}', allowed_networks: ['127.0.0.0/8'] };
  const properties = { url: { type: 'string' }, tokens: { type: 'array', items: { type: 'string', format: 'password' } } };
  rest = await ServersRest.start({
    servers: { enabled_templates: ['http', 'everything'] },
    templates: {
      silent: { ...silent, connect_timeout_seconds: 0.3 },
      own: { ...own, description: 'Ours', config: { type: 'object', title: 'Our servers', properties } },
    },
  });
}, 60_000);
afterAll(async () => {
  await rest.stop();
  await upstream.stop();
});

const tried = async (template_name: string, config: object = {}) =>
  (await rest.post('/servers/test', { template_name, config }).expect(200)).body as Record<string, unknown>;
const nothingIsLeft = () => eventually(() => expect(rest.app.get(ServerPool, { strict: false }).processes).toBe(0));

describe('GET /servers/templates', () => {
  it('shows what servers can be registered from, and why they cannot from others', async () => {
    await rest.post('/servers', { template_name: 'own', config: { url: upstream.url } }).expect(201);
    const { body } = await rest.get('/servers/templates').expect(200);
    const templates = new Map((body as { templates: { name: string }[] }).templates.map((one) => [one.name, one]));
    expect([...templates.keys()]).toEqual(['everything', 'file-server', 'http', 'memory', 'own', 'silent', 'sse']);
    expect(templates.get('http')).toMatchObject({ transport: 'http', shipped: true, enabled: true, servers_count: 0 });
    expect(templates.get('http')).toMatchObject({ secret_paths: ['bearer_token', 'headers.*'] });
    expect(templates.get('own')).toEqual({
      ...{ name: 'own', title: 'Our servers', description: 'Ours', transport: 'http', shipped: false, enabled: true },
      config_schema: expect.objectContaining({ type: 'object' }),
      ...{ secret_paths: ['tokens.*'], servers_count: 1 },
    });
    expect(templates.get('sse')).toMatchObject({
      shipped: true,
      enabled: false,
      problem: expect.stringContaining('not enabled'),
    });
  });

  it('is for those who may register', async () => {
    const user = rest.bearer(await createUser(rest.database.dataSource, 'user'));
    await rest.http().get('/servers/templates').set('Authorization', user).expect(403);
    await rest.http().post('/servers/test').set('Authorization', user).send({ template_name: 'own' }).expect(403);
  });

  it('is never a server of that name', async () => {
    await rest.post('/servers', { template_name: 'own', name: 'templates', config: { url: upstream.url } }).expect(409);
  });
});

describe('POST /servers/test', () => {
  it('lists what the server would offer, and saves nothing', async () => {
    const before = (await rest.get('/servers').expect(200)).body as unknown;
    const trial = await tried('own', { url: upstream.url });
    expect(trial).toMatchObject({ reached: true, error: null, duration_ms: expect.any(Number) });
    const [tool] = trial['tools'] as { name: string; definition_bytes: number; definition_tokens: number }[];
    expect(tool).toMatchObject({ name: 'look', definition_tokens: Math.ceil(tool!.definition_bytes / 4) });
    expect(trial['definition_tokens']).toBeGreaterThanOrEqual(tool!.definition_tokens);
    expect((await rest.get('/servers').expect(200)).body).toEqual(before);
  });

  it('checks the config as a registration does, addresses too', async () => {
    const { body } = await rest.post('/servers/test', { template_name: 'own', config: { url: 7 } }).expect(400);
    expect((body as { detail: { loc: string[] }[] }).detail[0]!.loc).toEqual(['body', 'config', 'url']);
    await rest.post('/servers/test', { template_name: 'http', config: { url: upstream.url } }).expect(400);
    await rest.post('/servers/test', { template_name: 'nonsense' }).expect(400);
  });

  it('says why a server cannot be used', async () => {
    const trial = await tried('own', { url: 'http://127.0.0.1:9/mcp' });
    expect(trial).toMatchObject({ reached: false, error: expect.stringContaining('The server'), duration_ms: null, tools: [] });
  });

  it('ends the process of a server that it has tried', async () => {
    expect(await tried('everything')).toMatchObject({ reached: true, tools: expect.arrayContaining([expect.anything()]) });
    await nothingIsLeft();
  });

  it('ends the process of a server that does not answer', async () => {
    expect(await tried('silent')).toMatchObject({ reached: false });
    await nothingIsLeft();
  });
});
