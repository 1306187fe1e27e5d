import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { eventually } from '../support/eventually.js';
import { GatewayProcess, type RestAnswer } from '../support/gateway/gateway-process.js';
import { leaksIn, secretsIn } from '../support/gateway/log-secrets.js';
import { OtlpCollector } from '../support/clients/otlp-collector.js';
import { TcpProxy } from '../support/databases/tcp-proxy.js';
import { startClickHouseServer } from '../support/databases/test-clickhouse.js';

jest.setTimeout(60_000);

const METRICS_TOKEN = 'a token for prometheus';
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT_ID = '00f067aa0ba902b7';
const TRACEPARENT = `00-${TRACE_ID}-${PARENT_ID}-01`;

const collector = new OtlpCollector();
let clickhouse: Awaited<ReturnType<typeof startClickHouseServer>>;
let wayToClickhouse: TcpProxy;
let gateway: GatewayProcess;

beforeAll(async () => {
  clickhouse = await startClickHouseServer();
  wayToClickhouse = new TcpProxy(new URL(clickhouse.url));
  gateway = await GatewayProcess.start({
    env: {
      GATEWAY_CLICKHOUSE_URL: await wayToClickhouse.start(),
      GATEWAY_METRICS_TOKEN: METRICS_TOKEN,
      GATEWAY_TRACES_URL: await collector.start(),
    },
  });
}, 120_000);
afterAll(async () => {
  await gateway.destroy();
  await wayToClickhouse.stop();
  await clickhouse.stop();
  await collector.stop();
}, 60_000);

const scrape = (headers: Record<string, string> = {}) => fetch(`${gateway.restUrl}/metrics`, { headers });
const metrics = async () => (await scrape()).text();

/** The value of a series, by its name and labels as they stand in the text; 0 where it is not there yet. */
async function valueOf(series: string): Promise<number> {
  const line = (await metrics()).split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? 0 : Number(line.slice(series.length + 1));
}

const health = async () => (await gateway.rest('GET', '/health', undefined, null)).json;
const logLines = () => gateway.log.split('\n').flatMap((line) => (line ? [JSON.parse(line) as Record<string, unknown>] : []));

describe('/metrics', () => {
  it('is for this machine, and for who sends the token', async () => {
    const proxied = { 'x-forwarded-for': '203.0.113.7' };
    const tried: Record<string, string>[] = [
      {},
      proxied,
      { ...proxied, authorization: 'Bearer a token for somebody else' },
      { ...proxied, authorization: `Bearer ${METRICS_TOKEN}` },
      { origin: 'https://a-page-in-a-browser.example' },
    ];
    const statuses = await Promise.all(tried.map(async (headers) => (await scrape(headers)).status));
    expect(statuses).toEqual([200, 401, 401, 200, 401]);
  });

  it('counts calls by tool and outcome, and by transport and protocol', async () => {
    const ok = 'tallygate_tool_call_duration_seconds_count{tool="greet",outcome="ok"}';
    const wrong = 'tallygate_tool_call_duration_seconds_count{tool="greet",outcome="invalid_arguments"}';
    const overHttp = 'tallygate_tool_calls_total{transport="http",protocol_version="2025-11-25"}';
    const before = await Promise.all([ok, wrong, overHttp].map(valueOf));
    const version = { 'mcp-protocol-version': '2025-11-25' };
    for (const args of [{ name: 'A' }, { name: 'B' }, {}]) {
      await gateway.mcp('tools/call', { name: 'greet', arguments: args }, gateway.apiKey, version);
    }
    const after = await Promise.all([ok, wrong, overHttp].map(valueOf));
    expect(after.map((value, n) => value - before[n]!)).toEqual([2, 1, 3]);
    expect(await valueOf('tallygate_tool_calls_in_flight')).toBe(0);
  });

  it('counts keys that are refused, by the reason, and no key of its own', async () => {
    const unknown = 'tallygate_api_key_denials_total{reason="malformed"}';
    const before = await valueOf(unknown);
    expect((await gateway.mcp('tools/list', {}, 'sk-nonsense')).status).toBe(401);
    expect((await valueOf(unknown)) - before).toBe(1);
    expect(await metrics()).not.toContain(gateway.apiKey.slice(0, 12));
  });

  it('has every metric that the dashboard shows', async () => {
    const dashboard = JSON.parse(readFileSync('deploy/grafana/tallygate.json', 'utf8')) as {
      panels: object[];
      templating: object;
    };
    const queries = [
      ...JSON.stringify([dashboard.panels, dashboard.templating]).matchAll(/"(?:expr|query)":"((?:\\.|[^"\\])*)"/g),
    ];
    const shown = new Set(queries.flatMap(([, query]) => query!.match(/\b(tallygate|process|nodejs)_\w+/g) ?? []));
    const there = new Map([...(await metrics()).matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type]) => [name!, type!]));
    const missing = [...shown].filter((name) => {
      const family = name.replace(/_(bucket|count|sum)$/, '');
      return !there.has(name) && there.get(family) !== 'histogram';
    });
    expect(shown.size).toBeGreaterThan(25);
    expect(missing).toEqual([]);
  });
});

describe('traces', () => {
  const attributesOf = (spanId: string) => {
    const { attributes } = collector.spans.find((span) => span.spanId === spanId)!;
    return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue]));
  };

  /** The span of the call that was answered. */
  const spanOf = (answer: RestAnswer) => {
    const requestId = answer.headers.get('x-request-id');
    return eventually(() => {
      const found = collector.spans.find(({ attributes }) => attributes.some(({ value }) => value.stringValue === requestId));
      expect(found).toBeDefined();
      return found!;
    });
  };

  it.each([
    ['traceparent of the request', { headers: { traceparent: TRACEPARENT } }],
    ['traceparent in _meta', { params: { _meta: { traceparent: TRACEPARENT } } }],
  ])('continue the %s: a span for the call, and its parts', async (_, { headers = {}, params = {} }: TracedCall) => {
    const sent = { name: 'get_latest_bars', arguments: { symbols: ['^GSPC'] }, ...params };
    const answer = await gateway.mcp('tools/call', sent, gateway.apiKey, headers);
    const call = await spanOf(answer);
    expect(call).toMatchObject({ traceId: TRACE_ID, parentSpanId: PARENT_ID, name: 'tools/call get_latest_bars' });
    expect(attributesOf(call.spanId)).toMatchObject({ 'tallygate.tool': 'get_latest_bars', 'tallygate.outcome': 'ok' });
    const parts = collector.spans.filter(({ parentSpanId }) => parentSpanId === call.spanId);
    expect(parts.map(({ name }) => name).sort()).toEqual(expect.arrayContaining(['settle', 'tool']));
  });

  it.each([
    ['resources/read', { uri: 'dataset://symbols' }, 'resources/read'],
    ['prompts/get', { name: 'explore_dataset', arguments: { dataset: 'daily_bars' } }, 'prompts/get explore_dataset'],
  ])('show %s under its own name', async (method, params, name) => {
    const answer = await gateway.mcp(method, params);
    expect(answer.json.result).toBeDefined();
    const span = await spanOf(answer);
    expect(span.name).toBe(name);
    expect(attributesOf(span.spanId)).toMatchObject({ 'tallygate.tool': method, 'tallygate.outcome': 'ok' });
  });

  it('name the key by its id, and show none', async () => {
    const { json } = await gateway.rest('GET', '/api/mcp-keys/list');
    const ids = (json.keys as { id: string }[]).map(({ id }) => id);
    const shown = collector.spans.flatMap(({ attributes }) => attributes.filter(({ key }) => key === 'tallygate.key_id'));
    expect(shown.length).toBeGreaterThan(0);
    for (const { value } of shown) expect(ids).toContain(value.stringValue);
    expect(collector.received.join('\n')).not.toContain(gateway.apiKey.slice(0, 12));
  });
});

describe('log levels', () => {
  const probe = (id: string) => fetch(`${gateway.restUrl}/livez`, { headers: { 'x-request-id': id } }).then((one) => one.text());
  const logged = (id: string) => logLines().some(({ requestId }) => requestId === id);

  it('change while it runs, for everybody or for one context', async () => {
    const initial = (await gateway.rest('GET', '/api/admin/log-level')).json;
    expect(initial).toEqual({ level: 'info', contexts: [] });
    await probe('unseen');
    const levels = { level: 'warn', contexts: [{ context: 'Http', level: 'debug' }] };
    expect((await gateway.rest('PUT', '/api/admin/log-level', levels)).json).toEqual(levels);
    await probe('seen');
    await eventually(() => expect(logged('seen')).toBe(true));
    expect((await gateway.rest('PUT', '/api/admin/log-level', { level: 'info' })).json).toEqual(initial);
    await probe('unseen again');
    await gateway.rest('GET', '/api/admin/log-level');
    expect([logged('unseen'), logged('unseen again')]).toEqual([false, false]);
  });

  it('are for admins, and are levels', async () => {
    expect((await gateway.rest('PUT', '/api/admin/log-level', { level: 'debug' }, null)).status).toBe(401);
    expect((await gateway.rest('PUT', '/api/admin/log-level', { level: 'loud' })).status).toBe(422);
  });

  it('are of contexts that exist, those of single upstream servers included', async () => {
    const set = (context: string) => {
      const contexts = [{ context, level: 'debug' }];
      return gateway.rest('PUT', '/api/admin/log-level', { level: 'info', contexts });
    };
    const refused = await set('Usage deliveries');
    expect([refused.status, refused.json.detail[0].msg]).toEqual([
      422,
      expect.stringMatching(/must be one of: Auth, .*Usage delivery/),
    ]);
    expect((await set('Server file-server')).status).toBe(200);
    expect((await gateway.rest('PUT', '/api/admin/log-level', { level: 'info' })).status).toBe(200);
  });
});

describe('the search of the logs for secrets, at the end of every gateway of these tests', () => {
  it('finds keys, login tokens and known passwords, and no innocent line', async () => {
    const secrets = secretsIn({ env: { GATEWAY_METRICS_TOKEN: METRICS_TOKEN }, list: [{ password: 'hunter2 hunter2' }] });
    const guilty = [gateway.apiKey, await gateway.token(), METRICS_TOKEN, 'hunter2 hunter2'].map((one) => `{"msg":"got ${one}"}`);
    const innocent = ['{"msg":"key sk-a1B2… refused"}', '{"msg":"mcp_tool_usage_log is migrated"}'];
    expect(leaksIn([...guilty, ...innocent].join('\n'), secrets)).toEqual(guilty);
  });
});

describe('while ClickHouse is away', () => {
  it('/health says degraded and why, calls go on, what fails is found by its request id, and all is well afterwards', async () => {
    expect(await health()).toMatchObject({ status: 'healthy' });
    wayToClickhouse.cut();
    await eventually(async () => {
      const { status, clickhouse: state, reasons } = await health();
      expect({ status, state }).toEqual({ status: 'degraded', state: 'disconnected' });
      expect(reasons.join()).toContain('ClickHouse does not answer');
    });
    expect((await gateway.call('greet', { name: 'Alice' })).status).toBe(200);
    const failing = { name: 'get_returns', arguments: { symbol: '^GSPC', start_date: '2008-09-15', end_date: '2008-09-19' } };
    const failed = await gateway.mcp('tools/call', failing, gateway.apiKey, { 'x-request-id': 'the-failing-call' });
    expect(failed.json.result.isError).toBe(true);
    expect(failed.headers.get('x-request-id')).toBe('the-failing-call');
    const line = expect.objectContaining({ context: 'Tools', requestId: 'the-failing-call' });
    await eventually(() => expect(logLines()).toContainEqual(line));
    expect(await valueOf('tallygate_backend_up{backend="clickhouse"}')).toBe(0);
    await eventually(async () => expect(await valueOf('tallygate_usage_outbox_rows')).toBeGreaterThanOrEqual(2));
    await eventually(async () => expect(await valueOf('tallygate_usage_delivery_failures_total')).toBeGreaterThan(0));

    wayToClickhouse.restore();
    await eventually(async () => expect(await health()).toMatchObject({ status: 'healthy' }), 60_000);
    await eventually(async () => expect(await valueOf('tallygate_usage_outbox_rows')).toBe(0), 60_000);
    const { json: history } = await gateway.rest('GET', '/api/mcp-usage/history?tool_name=get_returns');
    expect(history.records).toEqual([expect.objectContaining({ request_id: 'the-failing-call' })]);
  }, 150_000);
});

interface TracedCall {
  headers?: Record<string, string>;
  params?: object;
}
