import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { PriceDto } from '../../src/gateway-api/prices/prices.dto.js';
import { Sources } from '../../src/tools/catalog/sources.service.js';
import { TariffRepository } from '../../src/tariff/tariff.repository.js';
import { eventually } from '../support/eventually.js';
import { TariffRest } from '../support/gateway/tariff-rest.js';

jest.setTimeout(60_000);

const PRICES = '/api/admin/prices';
let tariff: TariffRest;

beforeAll(async () => {
  tariff = await TariffRest.start({ tools: { prices: { add: 4, 'not-here': 9 } } });
});
afterAll(() => tariff.stop());
afterEach(() => tariff.rest.database.dataSource.query('DELETE FROM mcp.tariff_overrides'));

const listed = async (search = '', app = tariff.apps[0]) =>
  (await tariff.get(`${PRICES}?page_size=100&search=${search}`, app).expect(200)).body as { items: PriceDto[]; total: number };
const priceOf = async (tool: string, app = tariff.apps[0]) => (await listed(tool, app)).items.find((one) => one.tool === tool)!;
const set = (tool: string, price: number, reason = 'dear backend') => tariff.put(`${PRICES}/${tool}`, { price, reason });

describe('Prices', () => {
  it('are listed with who says so, of tools, of methods and of what nobody offers', async () => {
    const { items, total } = await listed();
    expect(items.map(({ tool }) => tool)).toEqual(['add', 'greet', 'not-here', 'prompts/get', 'resources/read', 'timestamp']);
    expect(total).toBe(6);
    const unset = { overridden: null, changed_by: null, changed_at: null, calls_last_30_days: 0, credits_last_30_days: 0 };
    expect(items.slice(0, 4)).toEqual([
      { tool: 'add', price: 4, source: 'gateway.yaml', default_price: 0, known: true, ...unset },
      { tool: 'greet', price: 0, source: 'default', default_price: 0, known: true, ...unset },
      { tool: 'not-here', price: 9, source: 'gateway.yaml', default_price: null, known: false, ...unset },
      { tool: 'prompts/get', price: 0, source: 'default', default_price: 0, known: true, ...unset },
    ]);
  });

  it('are found by a part of the name, page by page', async () => {
    expect((await listed('R')).items.map(({ tool }) => tool)).toEqual(['greet', 'not-here', 'prompts/get', 'resources/read']);
    const { body } = await tariff.get(`${PRICES}?search=r&page=2&page_size=3`).expect(200);
    expect(body).toMatchObject({ items: [{ tool: 'resources/read' }], total: 4, page: 2, page_size: 3 });
  });

  it('of upstream tools come from the template of their server', async () => {
    const foreign = {
      ...{ name: 'up__look', title: '', description: '', inputSchema: { type: 'object' as const }, price: 3, tableName: '' },
      ...{ isForeign: true as const, origin: { server: 'up', tool: 'look' }, call: () => Promise.reject(new Error('no')) },
    };
    const sources = tariff.apps[0]!.get(Sources, { strict: false });
    sources.replaceForeign([{ name: 'up', isForeign: true, tools: () => [foreign], onChange: () => undefined }]);
    expect(await priceOf('up__look')).toMatchObject({ price: 3, source: 'template', default_price: 3, known: true });
    await set('up__look', 5).expect(200);
    expect(await priceOf('up__look')).toMatchObject({ price: 5, source: 'override', default_price: 3 });
    sources.replaceForeign([]);
    expect(await priceOf('up__look')).toMatchObject({ price: 5, source: 'override', default_price: null, known: false });
  });

  it('that are set charge the next call on every gateway, and are taken back on every gateway', async () => {
    const { mcp_api_key: key } = await tariff.rest.newAccount();
    const [here, there] = tariff.apps as [(typeof tariff.apps)[0], (typeof tariff.apps)[0]];
    expect(await tariff.charged(key)).toBe(0);
    const { body } = await set('greet', 2).expect(200);
    expect(body).toMatchObject({ tool: 'greet', price: 2, source: 'override', default_price: 0, known: true });
    expect(await tariff.charged(key, here)).toBe(2);
    await eventually(async () => expect(await priceOf('greet', there)).toMatchObject({ price: 2, source: 'override' }));
    expect(await tariff.charged(key, there)).toBe(2);
    await tariff.delete(`${PRICES}/greet`, there).expect(204);
    expect(await tariff.charged(key, there)).toBe(0);
    await eventually(async () => expect(await priceOf('greet', here)).toMatchObject({ price: 0, source: 'default' }));
    expect(await tariff.charged(key, here)).toBe(0);
  });

  it('of methods are set with their slash as it is, too, as proxies pass it on', async () => {
    await set('resources/read', 3).expect(200);
    expect(await priceOf('resources/read')).toMatchObject({ price: 3, source: 'override' });
    await tariff.delete(`${PRICES}/resources/read/`).expect(204);
    expect(await priceOf('resources/read')).toMatchObject({ price: 0, source: 'default' });
  });

  it('that are set to what they are change nothing, and are not in the log', async () => {
    const version = async () =>
      (await tariff.rest.database.dataSource.query('SELECT version FROM mcp.tariff_version')) as object[];
    await set('prompts%2Fget', 2).expect(200);
    const before = await version();
    expect((await set('prompts%2Fget', 2).expect(200)).body).toMatchObject({ price: 2 });
    expect([await version(), (await tariff.audited('subject_type=price&subject_id=prompts/get')).length]).toEqual([before, 1]);
  });

  it('are changed although they cannot be read right after, which is made up for', async () => {
    const reading = jest.spyOn(tariff.apps[0]!.get(TariffRepository, { strict: false }), 'all');
    reading.mockRejectedValueOnce(new Error('the connection has ended')).mockRejectedValueOnce(new Error('and the next'));
    await set('greet', 2).expect(200);
    reading.mockRestore();
    await eventually(async () => expect(await priceOf('greet')).toMatchObject({ price: 2 }));
  });

  it('say who set them, and when', async () => {
    const { body } = await set('resources%2Fread', 1).expect(200);
    const { changed_by, changed_at } = body as PriceDto;
    expect(changed_by).toMatch(/@example\.com$/);
    expect(Date.now() - Date.parse(String(changed_at))).toBeLessThan(60_000);
  });

  it('are in the audit log with what they were, what they are, and why', async () => {
    await set('timestamp', 2, 'one').expect(200);
    await set('timestamp', 3, 'two').expect(200);
    await tariff.delete(`${PRICES}/timestamp?reason=three`).expect(204);
    const by = { actor_id: tariff.admin.userId, subject_id: 'timestamp' };
    expect(await tariff.audited('subject_type=price&subject_id=timestamp')).toMatchObject([
      { ...by, action: 'price.reset', details: { before: 3, after: 0, reason: 'three' } },
      { ...by, action: 'price.changed', details: { before: 2, after: 3, reason: 'two' } },
      { ...by, action: 'price.changed', details: { before: 0, after: 2, reason: 'one' } },
    ]);
  });

  it('that the settings file names are its own', async () => {
    const { body } = await set('add', 1).expect(409);
    expect((body as { detail: string }).detail).toBe(
      'gateway.yaml sets tools.prices.add. Change it there, or take it out there first.',
    );
    expect(await tariff.audited('subject_type=price&subject_id=add')).toEqual([]);
    expect(await priceOf('add')).toMatchObject({ price: 4, source: 'gateway.yaml' });
  });

  it('that the file names later count from its start on; what was set can still be taken back', async () => {
    await set('greet', 2).expect(200);
    const app = await tariff.startAnother({ tools: { prices: { greet: 6 } } });
    expect(await priceOf('greet', app)).toMatchObject({ price: 6, source: 'gateway.yaml', overridden: 2, changed_by: null });
    await tariff.delete(`${PRICES}/greet`, app).expect(204);
    await eventually(async () => expect(await priceOf('greet')).toMatchObject({ price: 0, source: 'default' }));
  });

  it('can be set for a tool that is yet to come, which is said', async () => {
    const { body } = await set('tomorrow', 8).expect(200);
    expect(body).toMatchObject({ price: 8, known: false, default_price: null });
    expect(await tariff.audited('subject_type=price&subject_id=tomorrow')).toMatchObject([
      { details: { before: null, after: 8 } },
    ]);
    await tariff.delete(`${PRICES}/tomorrow`).expect(204);
    expect((await listed('tomorrow')).items).toEqual([]);
    await tariff.delete(`${PRICES}/tomorrow`).expect(404);
  });

  it.each([
    [{ price: -1 }],
    [{ price: 1.5 }],
    [{ price: 1_000_001 }],
    [{ price: '2' }],
    [{ price: 1, reason: ' ' }],
    [{ price: 1, reason: 7 }],
  ])('are refused that make no sense: %j', async (wrong) => {
    await tariff.put(`${PRICES}/greet`, { reason: 'x', ...wrong }).expect(422);
    expect(await priceOf('greet')).toMatchObject({ source: 'default' });
  });

  it('are refused for names that no tool can have, and for too many of them', async () => {
    await set('x'.repeat(201), 1).expect(422);
    await set('a%00b', 1).expect(422);
    await tariff.rest.database.dataSource.query(
      `INSERT INTO mcp.tariff_overrides (kind, name, amount) SELECT 'price', 'many-' || n, 1 FROM generate_series(1, 10000) n`,
    );
    const { body } = await set('one-more', 1).expect(409);
    expect((body as { detail: string }).detail).toContain('10000 prices are set already');
    await set('many-7', 2).expect(200);
  });

  it('are for admins', async () => {
    const user = await tariff.rest.newUser();
    await tariff.rest.get(user, PRICES).expect(403);
    await tariff.rest.put(user, `${PRICES}/greet`, { price: 1, reason: 'x' }).expect(403);
    await tariff.rest.delete(user, `${PRICES}/greet`).expect(403);
  });

  it('come with the calls and credits of the last 30 days', async () => {
    const { account, user } = await tariff.rest.newAccount();
    await tariff.rest.call(account, user, 2, { tool_name: 'timestamp' });
    await tariff.rest.call(account, user, 3, { tool_name: 'timestamp' });
    await eventually(async () =>
      expect(await priceOf('timestamp')).toMatchObject({ calls_last_30_days: 2, credits_last_30_days: 5 }),
    );
  });

  it('are set in time while ClickHouse does not answer', async () => {
    await tariff.rest.clickhouse.arm('hang', 1_000);
    const { body } = await set('greet', 2).expect(200);
    expect(body).toMatchObject({ price: 2, calls_last_30_days: null, credits_last_30_days: null });
    await tariff.rest.clickhouse.arm('none', 0);
  }, 10_000);

  it('are known on a gateway that was not told of them', async () => {
    const { dataSource } = tariff.rest.database;
    await dataSource.query('ALTER TABLE mcp.tariff_overrides DISABLE TRIGGER tariff_changed');
    await dataSource.query(`INSERT INTO mcp.tariff_overrides (kind, name, amount) VALUES ('price', 'greet', 7)`);
    await dataSource.query('UPDATE mcp.tariff_version SET version = version + 1');
    await dataSource.query('ALTER TABLE mcp.tariff_overrides ENABLE TRIGGER tariff_changed');
    await eventually(async () => expect(await priceOf('greet', tariff.apps[1])).toMatchObject({ price: 7 }));
  });

  it('are read again over a new connection, where another server may have other ones of the same version', async () => {
    const { dataSource } = tariff.rest.database;
    await set('greet', 7).expect(200);
    await eventually(async () => expect(await priceOf('greet', tariff.apps[1])).toMatchObject({ price: 7 }));
    await dataSource.query('ALTER TABLE mcp.tariff_overrides DISABLE TRIGGER tariff_changed');
    await dataSource.query('UPDATE mcp.tariff_overrides SET amount = 5');
    await dataSource.query('ALTER TABLE mcp.tariff_overrides ENABLE TRIGGER tariff_changed');
    await dataSource.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'tallygate changes' AND datname = current_database()`,
    );
    for (const app of tariff.apps.slice(0, 2))
      await eventually(async () => expect(await priceOf('greet', app)).toMatchObject({ price: 5 }));
  });
});
