import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ClickHouseModule } from '../../src/clickhouse/clickhouse.module.js';
import { Clock } from '../../src/common/clock.js';
import { McpGatewayModule } from '../../src/mcp-gateway/mcp-gateway.module.js';
import { McpListener } from '../../src/mcp-gateway/transport/mcp-listener.js';
import { McpSessions } from '../../src/mcp-gateway/sessions/mcp-sessions.service.js';
import { OpenStreams } from '../../src/mcp-gateway/streams/open-streams.service.js';
import { eventually } from '../support/eventually.js';
import { startRestApp } from '../support/gateway/rest-app.js';
import { McpStream } from '../support/gateway/streaming-gateway.js';
import { startTestClickHouse, type TestClickHouse } from '../support/databases/test-clickhouse.js';
import { TestClock } from '../support/test-clock.js';
import { testConfig } from '../support/gateway/test-config.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';

const STARTS_MS = 60_000;
jest.setTimeout(30_000);
const MINUTE_MS = 60_000;
const MAX_SESSIONS = 3;
const INITIALIZE = { method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {} } };

const clock = new TestClock();
let app: NestExpressApplication;
let database: TestDatabase;
let clickhouse: TestClickHouse;
let mcpUrl: string;

beforeAll(async () => {
  [clickhouse, database] = await Promise.all([startTestClickHouse(), createTestDatabase()]);
  const config = testConfig({
    database_url: database.url,
    clickhouse_url: clickhouse.url,
    host: '127.0.0.1',
    mcp_port: 0,
    auth: { enabled: false },
    mcp: { sessions: true, max_sessions: MAX_SESSIONS, session_idle_minutes: 10 },
  });
  app = await startRestApp(config, [ClickHouseModule, McpGatewayModule], [{ provide: Clock, value: clock }]);
  const { port } = await app.get(McpListener).listen(app.getHttpAdapter().getInstance());
  mcpUrl = `http://127.0.0.1:${port}/messages`;
}, STARTS_MS);
afterAll(async () => {
  await app.close();
  await Promise.all([database.drop(), clickhouse.stop()]);
}, STARTS_MS);
/** Whatever an earlier test left has expired, and makes room for the first one of this. */
beforeEach(() => clock.advance(60 * MINUTE_MS));

const open = (body?: { method: string; params?: object }, id?: string) =>
  McpStream.open({ mcpUrl, apiKey: '' }, body, id === undefined ? {} : { 'mcp-session-id': id });
const begin = async () => (await open(INITIALIZE)).response.headers.get('mcp-session-id');
const statusOf = async (id: string) => (await open({ method: 'tools/list' }, id)).response.status;

describe('a session that nobody uses', () => {
  it('ends after session_idle_minutes, counted from its last use', async () => {
    const id = (await begin())!;
    for (let use = 0; use < 3; use += 1) {
      clock.advance(9 * MINUTE_MS);
      expect(await statusOf(id)).toBe(200);
    }
    clock.advance(10 * MINUTE_MS + 1);
    const { response } = await open({ method: 'tools/list' }, id);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('Session not found: send initialize to begin another');
  });

  it('does not end while its stream is open, and has the whole time again from then on', async () => {
    const id = (await begin())!;
    const stream = await open(undefined, id);
    clock.advance(60 * MINUTE_MS);
    stream.close();
    await eventually(() => expect(app.get(OpenStreams).count).toBe(0));
    clock.advance(9 * MINUTE_MS);
    expect(await statusOf(id)).toBe(200);
  });
});

describe('when there are max_sessions', () => {
  it('initialize is answered without one, and its client is served all the same', async () => {
    for (let session = 0; session < MAX_SESSIONS; session += 1) expect(await begin()).not.toBeNull();
    const { response } = await open(INITIALIZE);
    expect([response.status, response.headers.get('mcp-session-id')]).toEqual([200, null]);
    expect(await response.json()).toMatchObject({ result: { protocolVersion: '2025-11-25', capabilities: { tools: {} } } });
    expect((await open({ method: 'tools/list' })).response.status).toBe(200);
  });

  it('one that ends makes room for another: by DELETE, or by its time', async () => {
    const ids = [];
    for (let session = 0; session < MAX_SESSIONS; session += 1) ids.push((await begin())!);
    expect(await begin()).toBeNull();
    await fetch(mcpUrl, { method: 'DELETE', headers: { 'mcp-session-id': ids[0]! } });
    expect(await begin()).not.toBeNull();
    expect(await begin()).toBeNull();
    clock.advance(10 * MINUTE_MS + 1);
    expect(await begin()).not.toBeNull();
    expect(app.get(McpSessions).count).toBe(1);
  });
});
