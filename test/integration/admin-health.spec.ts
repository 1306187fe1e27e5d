import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tmpdir } from 'node:os';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AccountsModule } from '../../src/accounts/accounts.module.js';
import { ClickHouseModule } from '../../src/clickhouse/clickhouse.module.js';
import { AdminHealth } from '../../src/gateway-api/health/admin-health.service.js';
import { GatewayApiModule } from '../../src/gateway-api/gateway-api.module.js';
import { startRestApp } from '../support/gateway/rest-app.js';
import { TcpProxy } from '../support/databases/tcp-proxy.js';
import { startTestClickHouse, type TestClickHouse } from '../support/databases/test-clickhouse.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';
import { testConfig } from '../support/gateway/test-config.js';

const CONNECTED = { state: 'connected', latency_ms: expect.any(Number) };
const AWAY = { state: 'disconnected', latency_ms: null };

describe('The state of the gateway, for operators,', () => {
  let database: TestDatabase;
  let clickhouse: TestClickHouse;
  let app: NestExpressApplication;
  let ways: { postgresql: TcpProxy; clickhouse: TcpProxy };
  beforeAll(async () => {
    [clickhouse, database] = await Promise.all([startTestClickHouse(), createTestDatabase()]);
    ways = { postgresql: new TcpProxy(new URL(database.url)), clickhouse: new TcpProxy(new URL(clickhouse.url)) };
    const [database_url, clickhouse_url] = await Promise.all([ways.postgresql.start(), ways.clickhouse.start()]);
    app = await startRestApp(testConfig({ database_url, clickhouse_url, data_dir: tmpdir() }), [
      ClickHouseModule,
      AccountsModule,
      GatewayApiModule,
    ]);
  });
  afterAll(async () => {
    for (const way of Object.values(ways)) way.restore();
    await app.close();
    await Promise.all(Object.values(ways).map((way) => way.stop()));
    await clickhouse.stop();
    await database.drop();
  });

  /** What is told, which must not take longer than 2 seconds. */
  async function told() {
    const since = performance.now();
    const state = await app.get(AdminHealth, { strict: false }).read();
    expect(performance.now() - since).toBeLessThan(2_000);
    return state;
  }

  it('has every part, and null for what this process has not', async () => {
    expect(await told()).toMatchObject({
      postgresql: CONNECTED,
      clickhouse: CONNECTED,
      redis: null,
      replicas: expect.any(Array),
      usage_backlog: { pending: 0 },
      disk: { free_bytes: expect.any(Number) },
      process: { mcp_sessions: null, mcp_streams: null, pool: { waiting: 0 } },
    });
  });

  it.each(['silence', 'cut'] as const)('comes in time while engines are away: %s', async (how) => {
    ways.clickhouse[how]();
    expect(await told()).toMatchObject({ postgresql: CONNECTED, clickhouse: AWAY, usage_backlog: { pending: 0 } });
    ways.postgresql[how]();
    expect(await told()).toMatchObject({ postgresql: AWAY, clickhouse: AWAY, replicas: null, usage_backlog: null });
    for (const way of Object.values(ways)) way.restore();
  });
});
