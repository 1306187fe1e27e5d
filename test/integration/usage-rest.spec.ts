import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Server } from 'node:http';
import request from 'supertest';
import { ClickHouseModule } from '../../src/clickhouse/clickhouse.module.js';
import { UsageModule } from '../../src/usage/usage.module.js';
import type { UsageSeriesDto } from '../../src/usage/reports/series/usage-series.dto.js';
import { UsageRecorder } from '../../src/usage/recording/usage-recorder.service.js';
import { UsageStatus } from '../../src/usage/delivery/usage-status.service.js';
import { eventually } from '../support/eventually.js';
import { startRestApp } from '../support/gateway/rest-app.js';
import { startTestClickHouse, type TestClickHouse } from '../support/databases/test-clickhouse.js';
import { testConfig } from '../support/gateway/test-config.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';
import { anEvent } from '../support/databases/usage-rig.js';

const PASSWORD = 'a long password';

describe('GET /api/mcp-usage', () => {
  let clickhouse: TestClickHouse;
  let database: TestDatabase;
  let app: NestExpressApplication;
  let server: Server;
  let token: string;
  let userId: string;

  beforeAll(async () => {
    [clickhouse, database] = await Promise.all([startTestClickHouse(), createTestDatabase()]);
    const config = testConfig({
      database_url: database.url,
      clickhouse_url: clickhouse.url,
      auth: { admin_password: PASSWORD },
      usage: { delivery_interval_ms: 50 },
    });
    app = await startRestApp(config, [ClickHouseModule, UsageModule]);
    server = app.getHttpServer();
    const login = await request(server)
      .post('/api/auth/login')
      .send({ email: 'admin@localhost', password: PASSWORD })
      .expect(200);
    token = (login.body as { access_token: string }).access_token;
    userId = ((await get('/api/auth/me')).body as { id: string }).id;
  });
  afterAll(async () => {
    await app.close();
    await clickhouse.stop();
    await database.drop();
  });

  const get = (path: string) => request(server).get(path).set('Authorization', `Bearer ${token}`);

  it('needs a login', async () => {
    await request(server).get('/api/mcp-usage/history').expect(401);
    await request(server).get('/api/mcp-usage/stats').expect(401);
  });

  it("shows the caller's calls soon after they were recorded, with the page and day defaults of the source", async () => {
    const recorder = app.get(UsageRecorder);
    await Promise.all(['someone else', userId].map((user_id) => recorder.record(anEvent({ user_id }))));
    await eventually(async () => {
      const { body } = await get('/api/mcp-usage/history').expect(200);
      expect(body).toMatchObject({
        total: 1,
        page: 1,
        page_size: 20,
        records: [{ tool_name: 'get_daily_bars', record_count: 10 }],
      });
    });
    const { body } = await get('/api/mcp-usage/stats').expect(200);
    expect(body).toMatchObject({ total_calls: 1, total_records: 10, avg_daily_calls: 1 / 30 });
    expect((body as { daily_stats: unknown[] }).daily_stats).toHaveLength(30);
    await get('/api/mcp-usage/history?page=2&page_size=100').expect(200, { records: [], total: 1, page: 2, page_size: 100 });
  });

  it.each([
    ['history?page_size=101', 'page_size'],
    ['history?page_size=0', 'page_size'],
    ['history?page=0', 'page'],
    ['history?page=1.5', 'page'],
    ['history?page=x', 'page'],
    ['history?start_date=yesterday', 'start_date'],
    ['history?start_date=2024-02-30', 'start_date'],
    ['history?end_date=2024-01-01T00:00:00Z', 'end_date'],
    ['history?start_date=2024-02-01&end_date=2024-01-31', 'end_date'],
    ['history?tool_name=a&tool_name=b', 'tool_name'],
    ['history?user_id=someone-else', 'user_id'],
    ['stats?days=0', 'days'],
    ['stats?days=366', 'days'],
    ['timeseries?from=2026-01-01', 'from'],
    ['timeseries?to=2026-01-01T00:00:00', 'to'],
    ['timeseries?from=2026-02-30T00:00:00Z', 'from'],
    ['timeseries?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 'to'],
    ['timeseries?bucket=minute', 'bucket'],
    ['timeseries?bucket=hour', 'bucket'],
    ['timeseries?group_by=user', 'group_by'],
    ['timeseries?time_zone=Europe/Atlantis', 'time_zone'],
    ['timeseries?time_zone=%2B05:30', 'time_zone'],
    ['timeseries?api_key_id=mine', 'api_key_id'],
    ['timeseries?user_id=someone-else', 'user_id'],
  ])('answers %s with 422 that names %s', async (path, field) => {
    const { body } = await get(`/api/mcp-usage/${path}`).expect(422);
    expect(body).toMatchObject({ error_code: 'VALIDATION_ERROR', detail: [{ loc: ['query', field] }] });
  });

  it("shows the caller's calls over time, of the last 30 days where nothing is asked for", async () => {
    await app.get(UsageRecorder).record(anEvent({ user_id: userId }));
    await eventually(async () => {
      const { body } = await get('/api/mcp-usage/timeseries?group_by=tool&time_zone=Asia/Kolkata').expect(200);
      const { series, ...rest } = body as UsageSeriesDto;
      expect(rest).toMatchObject({ bucket: 'day', time_zone: 'Asia/Kolkata', others_count: 0 });
      expect(series).toMatchObject([{ key: 'get_daily_bars', label: 'get_daily_bars', total: { calls: 2 } }]);
      expect(series[0]!.points).toHaveLength(31);
    });
    await request(server).get('/api/mcp-usage/timeseries').expect(401);
  });

  it('closes in order: what was recorded last is committed and delivered before the engines go', async () => {
    const own = await createTestDatabase();
    const config = testConfig({ database_url: own.url, clickhouse_url: clickhouse.url, auth: { admin_password: PASSWORD } });
    const last = await startRestApp(config, [ClickHouseModule, UsageModule]);
    await eventually(async () => expect((await last.get(UsageStatus).read()).is_delivering).toBe(true));
    const recorded = Promise.all(
      Array.from({ length: 3_000 }, () => last.get(UsageRecorder).record(anEvent({ user_id: 'last' }))),
    );
    await last.close();
    await recorded;
    const rows = await clickhouse.clickhouse.query("SELECT count() AS rows FROM mcp_tool_usage_log WHERE user_id = 'last'");
    expect(rows).toEqual([{ rows: 3_000 }]);
    await own.drop();
  });
});
