import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

jest.setTimeout(180_000);

const browser = ['chromium', 'chromium-browser', 'google-chrome'].find((name) => spawnSync(name, ['--version']).status === 0);
if (!browser) process.stderr.write('SKIPPED: the client library in a browser; install chromium to run it.\n');

(browser ? describe : describe.skip)('tallygate/client in a browser', () => {
  const folder = temporaryFolder('browser');
  let pages: Server;
  let gateway: GatewayProcess;
  let reported: (text: unknown) => void;
  const report = new Promise((resolve) => (reported = resolve));
  beforeAll(async () => {
    pages = createServer((request, response) => {
      if (request.method === 'POST')
        return void text(request)
          .then(reported, reported)
          .finally(() => response.end());
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
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const origin = () => `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;

  /** Calls a tool from another origin than the gateway's, and reads a refusal. */
  const page = () => `<!doctype html><link rel="icon" href="data:,"><script type="module">
    const report = (body) => fetch('/report', { method: 'POST', body });
    import { GatewayClient } from './gateway-client.js';
    const url = ${JSON.stringify(gateway.restUrl)};
    const client = new GatewayClient(url, { apiKey: ${JSON.stringify(gateway.apiKey)} });
    const call = { server_id: 'examples', tool_name: 'greet', arguments: { name: 'browser' } };
    try {
      const answer = await client.callTool(call, { idempotencyKey: 'browser-1' });
      const refusal = await new GatewayClient(url, { apiKey: 'sk-wrong' }).listTools().catch((error) => error);
      await report(JSON.stringify({ answer, refusal: refusal.errorCode }));
    } catch (error) {
      await report('failed: ' + error.errorCode + ' ' + error.cause);
    }
  </script>`;

  it('calls a tool across origins and gets typed errors', async () => {
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${join(folder, 'profile')}`];
    // A group of its own, so that its helpers end with it.
    const child = spawn(browser!, [...flags, '--remote-debugging-port=0', origin()], { stdio: 'ignore', detached: true });
    const ended = once(child, 'exit');
    const printed = await Promise.race([report, ended]);
    process.kill(-child.pid!, 'SIGKILL');
    await ended;
    expect(printed).toContain('Hello, browser!');
    expect(printed).toContain('"refusal":"UNAUTHORIZED"');
  });
});
