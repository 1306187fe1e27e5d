import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requiredOf, RUN_NAMES, runSuite } from '../conformance/suite.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/gateway/free-port.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/**
 * Scenarios that fail, and why: where the fixture is → run → scenario → reason. It may only shrink: a failing scenario that is not in it fails the test,
 * and so does an entry that passes now. None of them is required of the revision.
 */
const baseline = JSON.parse(readFileSync('test/conformance/baseline.json', 'utf8')) as Record<
  string,
  Record<string, Record<string, string>>
>;
const SUITE_TIMEOUT_MS = 180_000;

/** Where the fixture is, and which revisions it is asked for there: a legacy server cannot name its questions, as 2026-07-28 wants. */
const SETUPS = [
  {
    where: 'as built-in source',
    start: () => startGateway({ NODE_OPTIONS: '--import ./test/conformance/built-in-fixture.mjs' }, ''),
    runs: RUN_NAMES,
  },
  {
    where: 'at an upstream server of the official SDK 1, MCP 2025-11-25',
    start: () => startBehind('legacy'),
    runs: RUN_NAMES.slice(0, 2),
  },
  {
    where: 'at an upstream server of the official SDK 2, MCP 2026-07-28',
    start: () => startBehind('modern'),
    runs: RUN_NAMES,
  },
];

const started: { gateway?: GatewayProcess; upstream?: ChildProcess } = {};

async function startGateway(env: Record<string, string>, more: string): Promise<GatewayProcess> {
  const port = String(await freePort());
  const config = join(temporaryFolder('conformance-config'), 'gateway.yaml');
  writeFileSync(config, readFileSync('test/conformance/gateway.yaml', 'utf8').replace('PORT', port) + more);
  return GatewayProcess.start({ env: { GATEWAY_CONFIG: config, GATEWAY_MCP_PORT: port, ...env } });
}

async function startBehind(era: 'legacy' | 'modern'): Promise<GatewayProcess> {
  const upstream = spawn(process.execPath, ['test/conformance/sdk-server.mjs', era], { stdio: ['ignore', 'pipe', 'inherit'] });
  started.upstream = upstream;
  const [line] = (await once(upstream.stdout, 'data')) as [Buffer];
  const template = `templates:\n  fixture: { transport: http, url: '${String(line).trim()}', prefix: none }\n`;
  const gateway = await startGateway({}, `servers: { allowed_networks: ['127.0.0.0/8'] }\n${template}`);
  expect((await gateway.rest('POST', '/servers', { template_name: 'fixture' })).status).toBe(201);
  await eventually(async () => {
    const { json } = await gateway.mcp('prompts/list');
    expect(json.result.prompts.length).toBeGreaterThan(3);
  }, 20_000);
  return gateway;
}

it('the baseline excuses nothing that a revision requires', () => {
  for (const excused of Object.values(baseline))
    for (const run of RUN_NAMES) expect(requiredOf(run).filter((scenario) => excused[run]?.[scenario])).toEqual([]);
});

describe.each(SETUPS)('the official conformance suite, with its fixture $where', ({ where, start, runs }) => {
  beforeAll(async () => {
    started.gateway = await start();
  }, 60_000);
  afterAll(async () => {
    await started.gateway?.destroy();
    started.upstream?.kill();
  });

  it.each(runs)(
    'passes every scenario of %s but those of the baseline',
    async (run) => {
      const results = [...(await runSuite(run, started.gateway!)).values()];
      expect(results.length).toBeGreaterThanOrEqual(30);
      const failed = results.filter(({ failures }) => Object.keys(failures).length > 0);
      const known = Object.keys(baseline[where]?.[run] ?? {});
      expect(failed.filter(({ scenario }) => !known.includes(scenario))).toEqual([]);
      expect(known.filter((scenario) => !failed.some((result) => result.scenario === scenario))).toEqual([]);
    },
    SUITE_TIMEOUT_MS,
  );
});
