import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let upstream: ChildProcess;
let env: Record<string, string>;
const dataDir = temporaryFolder('servers-restart');

beforeAll(async () => {
  upstream = spawn(process.execPath, ['test/conformance/sdk-server.mjs', 'legacy'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(upstream.stdout!, 'data')) as [Buffer];
  const config = join(dataDir, 'gateway.yaml');
  const template = `templates:\n  fixture: { transport: http, url: '${String(line).trim()}', prefix: none }\n`;
  writeFileSync(config, `servers: { allowed_networks: ['127.0.0.0/8'] }\nstock_data: { enabled: false }\n${template}`);
  env = { GATEWAY_CONFIG: config };
}, 30_000);
afterAll(() => {
  upstream.kill();
});

it('a gateway that has just started knows the tools of its servers from its first answer on', async () => {
  const first = await GatewayProcess.start({ dataDir, env });
  const { apiKey } = first;
  expect((await first.rest('POST', '/servers', { template_name: 'fixture' })).status).toBe(201);
  const call = async (gateway: GatewayProcess) => (await gateway.call('test_simple_text', {}, apiKey)).json;
  await eventually(async () => expect((await call(first)).result?.content).toHaveLength(1), 20_000);
  await first.end();

  const second = await GatewayProcess.start({ dataDir, env });
  expect(await call(second)).toMatchObject({ result: { content: [{ type: 'text' }] } });
  await second.destroy();
}, 120_000);
