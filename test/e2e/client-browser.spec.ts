import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { GatewayProcess } from '../support/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

jest.setTimeout(180_000);

const browser = ['chromium', 'chromium-browser', 'google-chrome'].find((name) => spawnSync(name, ['--version']).status === 0);
if (!browser) process.stderr.write('SKIPPED: the client library in a browser; install chromium to run it.\n');

(browser ? describe : describe.skip)('tallygate/client in a browser', () => {
  const folder = temporaryFolder('browser');
  let pages: Server;
  let gateway: GatewayProcess;
  beforeAll(async () => {
    pages = createServer((request, response) => {
      const isPage = request.url === '/';
      response.setHeader('Content-Type', isPage ? 'text/html' : 'text/javascript');
      response.end(isPage ? page() : readFileSync(join('dist', 'client', basename(request.url!))));
    }).listen(0, '127.0.0.1');
    await once(pages, 'listening');
    gateway = await GatewayProcess.start({ env: { GATEWAY_CORS_ORIGINS: origin() } });
  });
  afterAll(async () => {
    await gateway.destroy();
    pages.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const origin = () => `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;

  /** Calls a tool from another origin than the gateway's, and reads a refusal. */
  const page = () => `<!doctype html><title>working</title><pre></pre><script type="module">
    import { GatewayClient } from './gateway-client.js';
    const url = ${JSON.stringify(gateway.restUrl)};
    const client = new GatewayClient(url, { apiKey: ${JSON.stringify(gateway.apiKey)} });
    const call = { server_id: 'examples', tool_name: 'greet', arguments: { name: 'browser' } };
    try {
      const { result } = await client.callTool(call, { idempotencyKey: 'browser-1' });
      const refusal = await new GatewayClient(url, { apiKey: 'sk-wrong' }).listTools().catch((error) => error);
      document.querySelector('pre').textContent = JSON.stringify({ result, refusal: refusal.errorCode });
    } catch (error) {
      document.querySelector('pre').textContent = 'failed: ' + error.errorCode + ' ' + error.cause;
    }
  </script>`;

  it('calls a tool across origins and gets typed errors', async () => {
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${join(folder, 'profile')}`];
    const { stdout } = await promisify(execFile)(browser!, [...flags, '--virtual-time-budget=20000', '--dump-dom', origin()]);
    expect(stdout).toContain('Hello, browser!');
    expect(stdout).toContain('"refusal":"UNAUTHORIZED"');
  });
});
