import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { ConfigCipher } from '../../src/servers/registry/config-cipher.js';
import { ServersRepository } from '../../src/servers/registry/servers.repository.js';
import { ServerRegistry } from '../../src/servers/registry/server-registry.service.js';
import { targetOf } from '../../src/servers/templates/server-target.js';
import { eventually } from '../support/eventually.js';
import { ServersRest } from '../support/gateway/servers-rest.js';
import { testConfig } from '../support/gateway/test-config.js';

const TOKEN = 'a-token-nobody-may-see';
const url = 'http://127.0.0.1:9/mcp';

describe('The registry of servers', () => {
  let rest: ServersRest;
  beforeAll(async () => {
    rest = await ServersRest.start(
      {
        servers: { allowed_networks: ['127.0.0.0/8'] },
        templates: {
          keyed: {
            transport: 'http',
            url: '${config.url}',
            headers: { 'X-Key': '${env:UPSTREAM_KEY}' },
            config: { properties: { url: {}, depth: { default: 3 } } },
          },
        },
      },
      { UPSTREAM_KEY: 'from-the-environment' },
    );
  });
  afterAll(() => rest.stop());

  const rows = <Row>(sql: string, ...values: unknown[]) => rest.database.dataSource.query<Row[]>(sql, values);
  const registryOf = (app = rest.app) => app.get(ServerRegistry, { strict: false });

  it('never holds more servers than it may, however many are registered at once', async () => {
    const repository = new ServersRepository(rest.database.postgres);
    const [{ count }] = (await rows<{ count: number }>('SELECT count(*)::int AS count FROM mcp.servers')) as [{ count: number }];
    const servers = Array.from({ length: 12 }, () => ({
      id: randomUUID(),
      templateName: 'gone',
      config: Buffer.from(''),
      metadata: {},
    }));
    const namesOf = (id: string) => () => ({ name: id, pool: id });
    const stored = await Promise.all(
      servers.map((server) => repository.insert(server, count + 3, namesOf(server.id), async () => undefined)),
    );
    expect(stored.filter(Boolean)).toHaveLength(3);
    for (const { id } of servers) await repository.delete(id, async () => undefined);
  });

  it('shows no secret in any answer and keeps none in clear in the database', async () => {
    const config = { url, bearer_token: TOKEN, headers: { 'X-Other': TOKEN } };
    const { id, config: shown } = await rest.register('http', config);
    expect(shown).toEqual({ url, bearer_token: '…', headers: { 'X-Other': '…' } });
    const answers = await Promise.all([
      rest.get('/servers?include_health=true'),
      rest.get(`/servers/${id}`),
      rest.post(`/servers/${id}/check`),
      rest.patch(`/servers/${id}`, { weight: 2 }),
    ]);
    for (const { text } of answers) expect(text).not.toContain(TOKEN);
    const [row] = await rows<{ dump: string; bytes: Buffer }>(
      'SELECT s::text AS dump, config AS bytes FROM mcp.servers s WHERE id = $1',
      id,
    );
    expect(row!.dump).not.toContain(TOKEN);
    expect(row!.bytes.toString('latin1')).not.toContain(TOKEN);
    expect(registryOf().find(id)!.config).toEqual(config);
  });

  it('shows a config to those who may change it, and a secret in a URL to nobody', async () => {
    const address = `${url}?token=${TOKEN}`;
    const { id, config } = await rest.register('http', { url: address }, { instance_metadata: { seen: [address] } });
    expect(config).toEqual({ url: `${url}?token=…` });
    for (const scope of ['gateway:write', 'gateway:read'] as const) {
      const key = await rest.keyWith('gateway:read', scope);
      for (const path of ['/servers?include_health=true', `/servers/${id}`]) {
        const { body, text } = await rest.http().get(path).set('X-API-Key', key).expect(200);
        const shown = ([] as Record<string, unknown>[]).concat(body as []).find((server) => server['id'] === id)!;
        expect('config' in shown).toBe(scope === 'gateway:write');
        expect(shown['instance_metadata']).toEqual({ seen: [`${url}?token=…`] });
        expect(text).not.toContain(TOKEN);
      }
    }
  });

  it('refuses wrong configs without repeating their secrets', async () => {
    for (const config of [
      { url: 5, bearer_token: TOKEN },
      { url, bearer_token: `${TOKEN}\n` },
      { url, headers: { Host: TOKEN } },
    ]) {
      expect((await rest.post('/servers', { template_name: 'http', config }).expect(400)).text).not.toContain(TOKEN);
    }
  });

  it('seals every config for its own server: moved to another or changed, it does not open', async () => {
    const cipher = new ConfigCipher(testConfig());
    const sealed = cipher.seal('a', { secret: TOKEN });
    expect(cipher.seal('a', { secret: TOKEN })).not.toEqual(sealed);
    expect(cipher.open('a', sealed)).toEqual({ secret: TOKEN });
    expect(() => cipher.open('b', sealed)).toThrow();
    expect(() => new ConfigCipher(testConfig({ auth: { secret_key: 'another-'.repeat(4) } })).open('a', sealed)).toThrow();
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Buffer.from(sealed);
      changed[index]! ^= 1;
      expect(() => cipher.open('a', changed)).toThrow();
    }
  });

  it('fills in defaults of the schema, and secrets of the environment only when connecting', async () => {
    const { id, config } = await rest.register('keyed', { url });
    expect(config).toEqual({ url, depth: 3 });
    const registry = registryOf();
    const server = registry.find(id)!;
    expect(targetOf(registry.template('keyed')!, server.config, { UPSTREAM_KEY: 'k' })).toMatchObject({
      headers: { 'X-Key': 'k' },
    });
    expect((await rest.get(`/servers/${id}`)).text).not.toContain('from-the-environment');
  });

  it('tells every replica of every change, the one that made it at once', async () => {
    const another = await rest.startAnother();
    const [here, there] = [registryOf(), registryOf(another)];
    let told = 0;
    there.onChange(() => (told += 1));
    const { id } = await rest.register('http', { url });
    expect(here.find(id)).toBeDefined();
    await eventually(() => expect(there.find(id)).toMatchObject({ id, enabled: true, config: { url } }));
    await rest.patch(`/servers/${id}`, { enabled: false });
    await eventually(() => expect(there.find(id)).toMatchObject({ enabled: false }));
    expect(told).toBeGreaterThanOrEqual(2);
    await rest.delete(`/servers/${id}`, another).expect(204);
    await eventually(() => expect(here.find(id)).toBeUndefined());
  });

  it('finds a server by its name on another replica right after it was registered', async () => {
    const another = await rest.startAnother();
    const { name } = await rest.register('http', { url });
    await rest.get(`/servers/${name}`, another).expect(200);
  });

  it('is followed although notifications are lost or the listening connections are killed', async () => {
    const there = registryOf(await rest.startAnother());
    await rows(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE application_name = 'tallygate changes' AND datname = current_database()`);
    const first = await rest.register('http', { url });
    await eventually(() => expect(there.find(first.id)).toBeDefined(), 5_000);
    await rows(`CREATE OR REPLACE FUNCTION mcp.announce_server_change() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN UPDATE mcp.servers_version SET version = version + 1; RETURN NULL; END $$`);
    const second = await rest.register('http', { url });
    await eventually(() => expect(there.find(second.id)).toBeDefined(), 5_000);
  });

  it('shows a server whose config does not open, does not use it, and lets it be removed', async () => {
    const { id, weight } = await rest.register('http', { url, bearer_token: TOKEN });
    await rows("UPDATE mcp.servers SET config = config || '\\x00' WHERE id = $1", id);
    await eventually(() => expect(registryOf().find(id)).toMatchObject({ config: {}, enabled: false }));
    const { body } = await rest.get(`/servers/${id}`).expect(200);
    expect(body).toMatchObject({ enabled: false, weight, problem: expect.stringContaining('secret key') });
    await rest.delete(`/servers/${id}`).expect(204);
  });

  it('masks the whole config of a server whose template is gone', async () => {
    const { id } = await rest.register('keyed', { url });
    const another = await rest.startAnother({ templates: {} });
    const { body } = await rest.get(`/servers/${id}`, another).expect(200);
    expect(body).toMatchObject({ config: { url: '…', depth: '…' }, problem: expect.stringContaining('template') });
  });
});
