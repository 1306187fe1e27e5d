import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { ConfigCipher } from '../../src/servers/registry/config-cipher.js';
import { ServerRegistry } from '../../src/servers/registry/server-registry.service.js';
import { ToolCatalog } from '../../src/tools/catalog/tool-catalog.service.js';
import { eventually } from '../support/eventually.js';
import { ServersRest } from '../support/gateway/servers-rest.js';
import { testConfig } from '../support/gateway/test-config.js';
import { TestUpstream } from '../support/upstreams/test-upstream.js';
import { caller } from '../support/upstreams/upstream-rig.js';

const url = 'http://127.0.0.1:9/mcp';
const bearer_token = 'upstream-secret-1';
let rest: ServersRest;
let other: typeof rest.app;

beforeAll(async () => {
  const template = { transport: 'http', url: '${config.url}', config: { properties: { url: {} } } };
  rest = await ServersRest.start({ servers: { allowed_networks: ['127.0.0.0/8'] }, templates: { other: template } });
  other = await rest.startAnother();
});
afterAll(() => rest.stop());

const register = (names: object = {}, template_name = 'http', app = rest.app) =>
  rest.post('/servers', { template_name, config: { url }, ...names }, app);
const shown = (app = rest.app) => app.get(ServerRegistry, { strict: false }).all();
const poolsIn = (app = rest.app) => Object.fromEntries(shown(app).map(({ name, pool }) => [name, pool]));

async function removeAll(): Promise<void> {
  for (const { id } of shown()) await rest.delete(`/servers/${id}`).expect(204);
}

describe('A registration', () => {
  it('has the name that it asks for, and its tools that prefix', async () => {
    const upstream = await new TestUpstream().start();
    const { body } = await register({ name: 'my_crm-1', config: { url: upstream.url, bearer_token } }).expect(201);
    expect(body).toMatchObject({ name: 'my_crm-1', pool: 'my_crm-1', health: { status: 'healthy' } });
    for (const app of [rest.app, other]) {
      const names = () => app.get(ToolCatalog, { strict: false }).visibleTo(caller);
      await eventually(() => expect(names().map(({ tool }) => tool.name)).toEqual(['my_crm-1__act', 'my_crm-1__look']), 5_000);
    }
    await removeAll();
    await upstream.stop();
  });

  it('is called as its template without one, or as the host, where the whole URL is given', async () => {
    const names = [];
    for (const wanted of [
      {},
      {},
      { config: { url: 'https://mcp.linear.invalid/mcp' } },
      { config: { url: 'https://linear.invalid/' } },
    ]) {
      names.push((await register(wanted).expect(201)).body.name);
    }
    expect(names).toEqual(['http', 'http-2', 'linear', 'linear-2']);
    await removeAll();
  });

  it('may share a pool, of its template alone', async () => {
    await register({ name: 'crm' }).expect(201);
    expect((await register({ pool: 'crm' }).expect(201)).body).toMatchObject({ name: 'crm-2', pool: 'crm' });
    expect((await register({ pool: 'crm', name: 'east' }).expect(201)).body).toMatchObject({ name: 'east', pool: 'crm' });
    const refused = await register({ pool: 'crm' }, 'other').expect(409);
    expect(refused.body.detail).toBe('The pool "crm" is of the template "http". Choose another pool, or none.');
    await eventually(() => expect(poolsIn(other)).toEqual({ crm: 'crm', 'crm-2': 'crm', east: 'crm' }));
    await removeAll();
  });

  it('takes no name that is taken, by a server, a pool or the own tools of the gateway, and hears what to do', async () => {
    await register({ name: 'east', pool: 'crm' }).expect(201);
    for (const [names, words] of [
      [{ name: 'east' }, 'Choose another name'],
      [{ name: 'crm' }, 'register into it: pool "crm"'],
      [{ pool: 'east' }, 'Choose that pool, or another'],
    ] as const) {
      expect((await register(names).expect(409)).body).toMatchObject({
        error_code: 'CONFLICT',
        detail: expect.stringContaining(words),
      });
    }
    await removeAll();
  });

  it.each(['Crm', 'a__b', 'a_', '1a', 'a.b', '', 'a'.repeat(33), 'ä', "x'; --"])(
    'takes no name that tools cannot begin with: %j',
    async (name) => {
      for (const field of ['name', 'pool']) {
        const { body } = await register({ [field]: name }).expect(422);
        expect(body.detail).toMatchObject([{ loc: ['body', field] }]);
      }
    },
  );

  it('of a name that two ask for at once, on two replicas, is for one of them', async () => {
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all([rest.app, other].map((app) => register({ name: `crm-${round}` }, 'http', app)));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
      expect(answers.find(({ status }) => status === 409)!.body.detail).toContain('Choose another name');
    }
    await removeAll();
  });

  it('keeps its name and its pool', async () => {
    const { body } = await register({ name: 'crm' }).expect(201);
    for (const change of [{ name: 'x' }, { pool: 'x' }]) await rest.patch(`/servers/${body.id}`, change).expect(422);
    await removeAll();
  });

  it('is what a path names; for a pool it is told which servers that has', async () => {
    await register({ name: 'east', pool: 'crm' }).expect(201);
    expect((await rest.get('/servers/east').expect(200)).body).toMatchObject({ pool: 'crm' });
    expect((await rest.get('/servers/crm').expect(404)).body.detail).toBe('There is no server "crm". It is a pool, of: east.');
    await removeAll();
  });
});

describe('What a call names', () => {
  it('is a pool, where there is one of that name, else a server, by name or id', async () => {
    const { body: crm } = await register({ name: 'crm' }).expect(201);
    await register({ name: 'east', pool: 'crm' }).expect(201);
    const registry = rest.app.get(ServerRegistry, { strict: false });
    expect(registry.reach('crm')).toEqual({ pool: 'crm' });
    expect(registry.reach('east')).toEqual({ pool: 'crm', serverId: registry.find('east')!.id });
    expect(registry.reach(crm.id)).toEqual({ pool: 'crm', serverId: crm.id });
    expect(registry.reach('nobody')).toBeUndefined();
    await removeAll();
  });
});

describe('Servers that the release before has registered', () => {
  const cipher = new ConfigCipher(testConfig());

  /** As that release stored them, all at once. */
  async function store(...servers: { name: string; template: string; config: object }[]): Promise<void> {
    const rows = servers.map(({ name, template, config }) => {
      const id = randomUUID();
      return [id, name, template, cipher.seal(id, config)];
    });
    const values = rows.map((_, row) => `($${4 * row + 1}, $${4 * row + 2}, $${4 * row + 3}, $${4 * row + 4}, '{}')`);
    const insert = `INSERT INTO mcp.servers (id, name, template_name, config, metadata) VALUES ${values.join(', ')}`;
    await rest.database.dataSource.query(insert, rows.flat());
  }

  it('stay one pool where they are configured alike; the first keeps the prefix of the template, and the log says it once', async () => {
    const said: string[] = [];
    const note = (words: string) => void said.push(words);
    Logger.overrideLogger({ log: note, warn: note, error: note });
    await store(
      { name: 'http-2', template: 'http', config: { url, headers: { a: '1', b: '2' } } },
      { name: 'http-3', template: 'http', config: { url: 'http://127.0.0.1:10/mcp' } },
      { name: 'http-5', template: 'http', config: { headers: { b: '2', a: '1' }, url } },
      { name: 'other-1', template: 'other', config: { url } },
    );
    const pools = { 'http-2': 'http', 'http-3': 'http-3', 'http-5': 'http', 'other-1': 'other' };
    for (const app of [rest.app, other]) await eventually(() => expect(poolsIn(app)).toEqual(pools));
    Logger.overrideLogger(false);
    const separated = 'Servers of the template "http" that are configured differently are pools of their own now';
    const words = said.filter((line) => line.includes('pools of their own'));
    expect(words).toEqual([expect.stringMatching(`^${separated}: http \\(http-2, http-5\\), http-3 \\(http-3\\)\\.`)]);
    expect(poolsIn(await rest.startAnother())).toEqual(pools);
    expect((await register().expect(201)).body.name).toBe('http-4');
    await removeAll();
  });

  it('join what they are configured like, where an older replica registers beside newer ones', async () => {
    await register({ name: 'crm' }).expect(201);
    await store({ name: 'http-1', template: 'http', config: { url } });
    for (const app of [rest.app, other]) await eventually(() => expect(poolsIn(app)).toEqual({ crm: 'crm', 'http-1': 'crm' }));
    await removeAll();
  });

  it('wait until their config opens, and can be removed', async () => {
    await store({ name: 'http-1', template: 'http', config: { url } });
    await eventually(() => expect(poolsIn()).toEqual({ 'http-1': 'http' }));
    await rest.database.dataSource.query("UPDATE mcp.servers SET pool = NULL, config = config || '\\x00'");
    await eventually(() => expect(shown()).toMatchObject([{ name: 'http-1', pool: 'http-1', enabled: false }]));
    expect(await rest.database.dataSource.query('SELECT pool FROM mcp.servers')).toEqual([{ pool: null }]);
    await removeAll();
  });
});
