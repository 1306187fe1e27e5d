import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServerRegistry } from '../../src/servers/registry/server-registry.service.js';
import { eventually } from '../support/eventually.js';
import { ServersRest } from '../support/gateway/servers-rest.js';

const TOKEN = 'a-token-nobody-may-see';
const url = 'http://127.0.0.1:9/mcp';
const elsewhere = 'http://127.0.0.1:10/mcp';
const SHOWN = '…';

/** A server is edited by who cannot read its secrets. */
describe('Editing a server without its secrets', () => {
  let rest: ServersRest;
  beforeAll(async () => {
    const secret = { type: 'string', writeOnly: true };
    rest = await ServersRest.start({
      servers: { allowed_networks: ['127.0.0.0/8'] },
      templates: {
        tenants: {
          transport: 'http',
          url: 'http://127.0.0.1:9/${config.tenant}',
          headers: { Authorization: '${config.key}', 'X-Area': '${config.area}' },
          config: {
            properties: {
              tenant: {},
              area: {},
              note: {},
              pin: {},
              key: secret,
              login: { properties: { user: {}, word: secret } },
            },
          },
        },
        program: {
          transport: 'stdio',
          command: 'no-such-program',
          args: ['${config.root}'],
          env: { API: '${config.api}', KEY: '${config.key}' },
          config: { properties: { root: {}, api: {}, note: {}, key: secret } },
        },
      },
    });
  });
  afterAll(() => rest.stop());

  const stored = (id: string) => rest.app.get(ServerRegistry, { strict: false }).find(id)!.config;
  async function registered(template: string, config: object): Promise<string> {
    return (await rest.register(template, config, { instance_metadata: {} })).id;
  }
  const edit = (id: string, config: object, others: object = {}) => rest.patch(`/servers/${id}`, { config, ...others });

  it.each([
    ['left out', {}],
    ['null', { bearer_token: null, headers: null }],
    ['empty', { bearer_token: '', headers: '' }],
    ['as answers show them', { bearer_token: SHOWN, headers: { 'X-Other': SHOWN } }],
    ['empty within an object', { headers: { 'X-Other': '' } }],
  ])('keeps secrets that are %s', async (_, secrets) => {
    const config = { url, bearer_token: TOKEN, headers: { 'X-Other': TOKEN } };
    const id = await registered('http', config);
    await edit(id, { url, ...secrets }).expect(200);
    expect(stored(id)).toEqual(config);
  });

  it('takes secrets that are given, and keeps the others', async () => {
    const id = await registered('http', { url, bearer_token: TOKEN, headers: { 'X-Other': TOKEN } });
    await edit(id, { url, bearer_token: 'new' }).expect(200);
    await edit(id, { url, headers: { 'x-other': 'newer' } }).expect(200);
    expect(stored(id)).toEqual({ url, bearer_token: 'new', headers: { 'x-other': 'newer' } });
  });

  it('keeps a URL that is sent as it is shown, with the secret in it', async () => {
    const id = await registered('http', { url: `${url}?token=${TOKEN}`, bearer_token: 'a' });
    await edit(id, { url: `${url}?token=${SHOWN}`, bearer_token: 'b' }).expect(200);
    expect(stored(id)).toEqual({ url: `${url}?token=${TOKEN}`, bearer_token: 'b' });
  });

  it('replaces what is no secret: what is left out is gone', async () => {
    const id = await registered('tenants', { tenant: 'a', note: 'x', pin: 1234, key: TOKEN, login: { user: 'me', word: TOKEN } });
    await edit(id, { tenant: 'a', login: { user: 'you' } }).expect(200);
    expect(stored(id)).toEqual({ tenant: 'a', pin: 1234, key: TOKEN, login: { user: 'you', word: TOKEN } });
  });

  it('replaces everything where that is asked for', async () => {
    const id = await registered('http', { url, bearer_token: TOKEN, headers: { 'X-Other': TOKEN } });
    await edit(id, { url: elsewhere }, { keep_secrets: false }).expect(200);
    expect(stored(id)).toEqual({ url: elsewhere });
  });

  it.each([
    ['the URL', 'http', { url, bearer_token: TOKEN }, { url: elsewhere }, 'url'],
    ['the name of a header', 'http', { url, bearer_token: TOKEN, headers: { A: 'x' } }, { url, headers: { B: 'x' } }, 'headers'],
    ['a new header', 'http', { url, bearer_token: TOKEN }, { url, headers: { B: 'x' } }, 'headers'],
    ['a part of the URL', 'tenants', { tenant: 'a', key: TOKEN }, { tenant: 'b' }, 'tenant'],
    ['what fills in a header and is no secret', 'tenants', { tenant: 'a', area: 'x', key: TOKEN }, { tenant: 'a' }, 'area'],
    ['an argument', 'program', { root: '/a', api: 'a', key: TOKEN }, { root: '/b', api: 'a' }, 'root'],
    ['a variable', 'program', { root: '/a', api: 'a', key: TOKEN }, { root: '/a', api: 'b' }, 'api'],
  ])('sends a stored secret to nobody else: with another value for %s it must be given again', async (...example) => {
    const [, template, config, changed, name] = example;
    const id = await registered(template, config);
    const { body } = await edit(id, changed).expect(400);
    const secret = 'key' in config ? 'key' : 'bearer_token';
    expect(body).toMatchObject({
      detail: [{ loc: ['body', 'config', secret], msg: expect.stringContaining(`${name} changed`) }],
    });
    expect(stored(id)).toEqual(config);
    await edit(id, { ...changed, [secret]: 'typed-again' }).expect(200);
    expect(stored(id)).toEqual({ ...changed, [secret]: 'typed-again' });
  });

  it('names each secret that must be given again', async () => {
    const id = await registered('http', { url, bearer_token: TOKEN, headers: { A: TOKEN } });
    const { body } = await edit(id, { url: elsewhere, headers: { A: '' } }).expect(400);
    const places = (body as { detail: { loc: string[] }[] }).detail.map(({ loc }) => loc.slice(2).join('.'));
    expect(places.sort()).toEqual(['bearer_token', 'headers.A']);
  });

  it('keeps the newest secrets, whichever replica took them', async () => {
    const id = await registered('http', { url, bearer_token: TOKEN });
    const other = await rest.startAnother();
    await edit(id, { url, bearer_token: 'newest' }).expect(200);
    const patch = rest.http(other).patch(`/servers/${id}`).set('Authorization', rest.bearer(rest.admin));
    await patch.send({ config: { url } }).expect(200);
    await rest.patch(`/servers/${id}`, { weight: 2 }).expect(200);
    expect(stored(id)).toEqual({ url, bearer_token: 'newest' });
  });

  it('keeps nothing of a config that changes meanwhile', async () => {
    const id = await registered('http', { url, bearer_token: TOKEN });
    const { dataSource } = rest.database;
    const answer = await dataSource.transaction(async (tx) => {
      await tx.query('UPDATE mcp.servers SET updated_at = clock_timestamp() WHERE id = $1', [id]);
      const sent = edit(id, { url }).then((response) => response);
      const waits = `SELECT 1 FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        OR NOT granted AND locktype = 'transactionid'`;
      await eventually(async () => expect(await dataSource.query<object[]>(waits)).not.toHaveLength(0));
      return { sent };
    });
    const { status, body } = await answer.sent;
    expect({ status, body: body as unknown }).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('changed meanwhile') },
    });
  });
});
