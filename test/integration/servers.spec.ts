import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createUser } from '../support/gateway/key-replica.js';
import { ServersRest, type ShownServer } from '../support/gateway/servers-rest.js';

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const folder = mkdtempSync(join(tmpdir(), 'tallygate-files-'));

describe('Registering a server', () => {
  let rest: ServersRest;
  beforeAll(async () => {
    rest = await ServersRest.start({
      servers: { enabled_templates: ['file-server', 'http', 'memory'], max_servers: 40 },
      templates: {
        inside: {
          transport: 'http',
          url: '${config.url}',
          config: { properties: { url: {} } },
          allowed_networks: ['127.0.0.0/8'],
        },
      },
    });
  }, 60_000);
  afterAll(async () => {
    await rest.stop();
    rmSync(folder, { recursive: true });
  });

  it("is the source's request, and answers 201 with a name to call it by", async () => {
    const { body } = await rest.post('/servers', { template_name: 'file-server', config: { base_path: folder } }).expect(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'file-server',
      pool: 'file-server',
      template_name: 'file-server',
      config: { base_path: folder },
      instance_metadata: {},
      enabled: true,
      weight: 1,
      created_at: expect.stringMatching(MOMENT),
      updated_at: expect.stringMatching(MOMENT),
      health: {
        status: 'healthy',
        since: expect.stringMatching(MOMENT),
        checked_at: expect.stringMatching(MOMENT),
        latency_ms: expect.any(Number),
        error: null,
      },
    });
    const { id } = body as ShownServer;
    for (const name of [id, 'file-server']) {
      const shown = await rest.get(`/servers/${name}`).expect(200);
      expect(shown.body).toEqual({ ...(body as object), health: expect.objectContaining({ status: expect.any(String) }) });
    }
    expect((await rest.get('/servers').expect(200)).body).toEqual([{ ...(body as object), health: undefined }]);
    const [listed] = (await rest.get('/servers?include_health=true').expect(200)).body as ShownServer[];
    expect(listed!['health']).toMatchObject({ status: expect.stringMatching(/^(healthy|degraded|unhealthy|unknown)$/) });
  });

  it('gives each a name of its own, also when many register at once', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => rest.register('inside', { url: 'http://127.0.0.1:9/' })));
    const names = made.map(({ name }) => name).sort();
    expect(names).toEqual(['inside', ...[2, 3, 4, 5, 6, 7, 8].map((number) => `inside-${number}`)]);
    for (const server of made) await rest.delete(`/servers/${server.id}`).expect(204);
  });

  it.each([
    [{ template_name: 'nonsense' }, ['body', 'template_name'], 'unknown'],
    [{ template_name: 'everything' }, ['body', 'template_name'], 'servers.enabled_templates'],
    [{ template_name: 'constructor' }, ['body', 'template_name'], 'unknown'],
    [{ template_name: 'file-server' }, ['body', 'config', 'base_path'], 'required'],
    [{ template_name: 'file-server', config: { base_path: 7 } }, ['body', 'config', 'base_path'], 'string'],
    [{ template_name: 'file-server', config: { base_path: 'data' } }, ['body', 'config', 'base_path'], 'pattern'],
    [{ template_name: 'file-server', config: { base_path: '--help' } }, ['body', 'config', 'base_path'], 'pattern'],
    [{ template_name: 'file-server', config: { base_path: '/a\n/b' } }, ['body', 'config', 'base_path'], 'control'],
    [
      { template_name: 'file-server', config: { base_path: '/a', command: 'sh' } },
      ['body', 'config', 'command'],
      'unknown field',
    ],
    [{ template_name: 'file-server', config: { base_path: '/a', args: ['-c'] } }, ['body', 'config', 'args'], 'unknown field'],
    [{ template_name: 'http', config: { url: 'file:///etc/passwd' } }, ['body', 'config', 'url'], 'http'],
    [{ template_name: 'http', config: { url: 'http://u:p@a.example/' } }, ['body', 'config', 'url'], 'password'],
    [{ template_name: 'http', config: { url: 'http://127.0.0.1:5432/' } }, ['body', 'config', 'url'], 'not a public address'],
    [{ template_name: 'http', config: { url: 'http://2130706433/' } }, ['body', 'config', 'url'], 'not a public address'],
    [{ template_name: 'http', config: { url: 'http://localhost:8000/' } }, ['body', 'config', 'url'], 'not a public address'],
    [{ template_name: 'http', config: { url: 'http://169.254.169.254/' } }, ['body', 'config', 'url'], 'not a public address'],
    [{ template_name: 'http', config: { url: 'http://[::1]/' } }, ['body', 'config', 'url'], 'not a public address'],
    [{ template_name: 'inside', config: { url: 'http://10.0.0.1/' } }, ['body', 'config', 'url'], 'not a public address'],
    [
      { template_name: 'http', config: { url: 'http://8.8.8.8/', bearer_token: 'a\r\nb' } },
      ['body', 'config', 'bearer_token'],
      '',
    ],
    [
      { template_name: 'http', config: { url: 'http://8.8.8.8/', headers: { Host: 'x' } } },
      ['body', 'config', 'headers', 'Host'],
      '',
    ],
  ])('of %j is 400 with the path of what is wrong', async (body, loc, words) => {
    const answer = await rest.post('/servers', body).expect(400);
    expect(answer.body).toMatchObject({ error_code: 'INVALID_INPUT', detail: [{ loc, msg: expect.stringContaining(words) }] });
  });

  it.each([
    [{ command: 'sh' }, 'command'],
    [{ args: ['-c', 'id'] }, 'args'],
    [{ url: 'http://8.8.8.8/' }, 'url'],
    [{ env: { PATH: '/tmp' } }, 'env'],
  ])('takes nothing but what the template asks for: %j is refused', async (extra, field) => {
    const body = { template_name: 'file-server', config: { base_path: folder }, ...extra };
    const answer = await rest.post('/servers', body).expect(422);
    expect(answer.body.detail).toEqual([{ loc: ['body', field], msg: 'unknown field', type: 'value_error.extra' }]);
  });

  it.each([
    [{}],
    [{ template_name: 5 }],
    [{ template_name: 'http', config: 'x' }],
    [{ template_name: 'http', instance_metadata: [] }],
  ])('of the wrong shape is 422: %j', (body) => rest.post('/servers', body).expect(422));

  it('has a bound on what is kept', async () => {
    const instance_metadata = { text: 'x'.repeat(70_000) };
    const answer = await rest.post('/servers', {
      template_name: 'inside',
      config: { url: 'http://127.0.0.1:9/' },
      instance_metadata,
    });
    expect(answer.body).toMatchObject({ error_code: 'INVALID_INPUT', detail: [{ loc: ['body', 'instance_metadata'] }] });
  });

  it('changes by PATCH, and what is left out stays', async () => {
    const { id, name } = await rest.register('inside', { url: 'http://127.0.0.1:9/' }, { instance_metadata: { team: 'data' } });
    const { body } = await rest.patch(`/servers/${name}`, { enabled: false, weight: 5 }).expect(200);
    expect(body).toMatchObject({
      id,
      enabled: false,
      weight: 5,
      config: { url: 'http://127.0.0.1:9/' },
      instance_metadata: { team: 'data' },
    });
    const moved = await rest
      .patch(`/servers/${id}`, { config: { url: 'http://127.0.0.1:10/' }, instance_metadata: {} })
      .expect(200);
    expect(moved.body).toMatchObject({
      enabled: false,
      weight: 5,
      config: { url: 'http://127.0.0.1:10/' },
      instance_metadata: {},
    });
    await rest.patch(`/servers/${id}`, { config: { url: 'http://10.0.0.1/' } }).expect(400);
    for (const wrong of [{ weight: 0 }, { weight: 1.5 }, { enabled: 'no' }, { name: 'x' }]) {
      await rest.patch(`/servers/${id}`, wrong).expect(422);
    }
    expect((await rest.get(`/servers/${id}`)).body).toMatchObject({ weight: 5, config: { url: 'http://127.0.0.1:10/' } });
    await rest.delete(`/servers/${name}`).expect(204);
  });

  it('is asked for its health now by POST check', async () => {
    const { id } = await rest.register('inside', { url: 'http://127.0.0.1:9/' });
    const { body } = await rest.post(`/servers/${id}/check`).expect(200);
    expect(body).toMatchObject({ status: 'unhealthy', checked_at: expect.stringMatching(MOMENT), error: expect.any(String) });
    await rest.delete(`/servers/${id}`).expect(204);
  });

  it.each(['file-server-999', '00000000-0000-4000-8000-000000000000', 'x%00', '..%2F..', "'; DROP TABLE mcp.servers; --"])(
    'is a condition for everything else: %s is 404 or 422',
    async (id) => {
      for (const answer of [
        await rest.get(`/servers/${id}`),
        await rest.delete(`/servers/${id}`),
        await rest.patch(`/servers/${id}`, { weight: 2 }),
        await rest.post(`/servers/${id}/check`),
        await rest.get(`/servers/${id}/tools`),
      ]) {
        expect([404, 422]).toContain(answer.status);
      }
    },
  );

  it('ends with DELETE, once', async () => {
    const { name } = await rest.register('inside', { url: 'http://127.0.0.1:9/' });
    await rest.delete(`/servers/${name}`).expect(204);
    await rest.delete(`/servers/${name}`).expect(404);
  });

  it('needs gateway:write, and looking needs gateway:read, by login and by key', async () => {
    const user = await createUser(rest.database.dataSource);
    const reader = await rest.keyWith('gateway:read');
    const caller = await rest.keyWith('tools:call');
    const [{ id }] = (await rest.get('/servers')).body as [ShownServer];
    const writes = [
      (credential: string) =>
        rest.http().post('/servers').set('Authorization', credential).send({ template_name: 'file-server' }),
      (credential: string) => rest.http().delete(`/servers/${id}`).set('Authorization', credential),
      (credential: string) => rest.http().patch(`/servers/${id}`).set('Authorization', credential).send({ enabled: false }),
      (credential: string) => rest.http().post(`/servers/${id}/check`).set('Authorization', credential),
      (credential: string) => rest.http().post(`/servers/${id}/tools`).set('Authorization', credential).send({}),
    ];
    const reads = ['/servers', `/servers/${id}`, `/servers/${id}/tools`].map(
      (path) => (credential: string) => rest.http().get(path).set('Authorization', credential),
    );
    for (const write of writes) {
      for (const credential of [rest.bearer(user), `Bearer ${reader}`]) {
        const { body } = await write(credential).expect(403);
        expect(body).toMatchObject({ error_code: 'INSUFFICIENT_PERMISSIONS', required_permissions: ['gateway:write'] });
      }
      await write('').expect(401);
    }
    for (const read of reads) {
      await read(`Bearer ${caller}`).expect(403);
      await read('').expect(401);
      for (const credential of [rest.bearer(user), `Bearer ${reader}`]) await read(credential).expect(200);
    }
  });

  it('ends at the most servers there may be', async () => {
    const count = ((await rest.get('/servers')).body as unknown[]).length;
    const made = await Promise.all(
      Array.from({ length: 45 - count }, () =>
        rest.post('/servers', { template_name: 'inside', config: { url: 'http://127.0.0.1:9/' } }),
      ),
    );
    expect(made.filter(({ status }) => status === 409).length).toBeGreaterThan(0);
    expect(made.every(({ status }) => status === 201 || status === 409)).toBe(true);
    await rest.post('/servers', { template_name: 'inside', config: { url: 'http://127.0.0.1:9/' } }).expect(409);
  });
});
