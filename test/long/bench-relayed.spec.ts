import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { hasGo } from '../support/installed-once.js';
import { hasPython } from '../support/python/python-program.js';

/** On a new machine the relays are installed first. */
jest.setTimeout(900_000);

const run = promisify(execFile);
/** CPU time is read from /proc. */
const describeHere = process.platform === 'linux' && hasGo() && hasPython(10) ? describe : describe.skip;
const EVERYWHERE = ['Tallygate: key, limit, durable record', "FastMCP's proxy 4.1.6", 'mcp-proxy 6.7.19 (npm)'];
const OVER_HTTP = ['the upstream, called directly', ...EVERYWHERE];
const TABLES = {
  'MCP 2025-11-25 over HTTP': [...OVER_HTTP, 'Tallygate, priced'],
  'MCP 2026-07-28 over HTTP': OVER_HTTP,
  'MCP 2025-11-25 over stdio': [...EVERYWHERE, 'mcp-proxy 0.13.0 (PyPI)', 'supergateway 4.0.0 (npm)'],
};

describeHere('npm run bench -- relayed', () => {
  let output: string;
  beforeAll(async () => {
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], BENCH_SECONDS: '0.2', BENCH_TURNS: '1' };
    output = (await run(process.execPath, ['scripts/bench.mjs', 'relayed'], { env })).stdout;
  });

  it.each(Object.entries(TABLES))('has figures of all who relay %s', (title, names) => {
    const rows = rowsOf(output, title);
    expect(Object.keys(rows).sort()).toEqual([...names].sort());
    for (const cells of Object.values(rows)) expect(cells.join()).toMatch(/^[\d., ]+$/);
    expect(rows[EVERYWHERE[0]!]!.at(-1)).toBe('1.00, 1.00, 1.00, 1.00');
  });

  it('names who is left out, with the reason', () => {
    const left = /^Not measured: (.*)$/gm;
    const [legacy, modern] = [...output.matchAll(left)].map(([, names]) => names);
    expect(legacy).toContain('supergateway 4.0.0 (npm) (takes servers over stdio only)');
    expect(modern).toContain("TBXark's mcp-proxy (Go) (speaks MCP up to 2025-11-25)");
  });
});

describeHere('its load generator', () => {
  let server: Server;
  afterAll(() => {
    server?.close();
  });

  it.each([
    ['a wrong sum', { result: { content: [{ type: 'text', text: '7' }] } }],
    ['an error of the tool', { result: { isError: true, content: [{ type: 'text', text: '200 201 202 237' }] } }],
    ['an error', { error: { code: -32603, message: 'no' } }],
  ])('stops at %s', async (_, answer) => {
    server = createServer((request, response) => {
      request.resume();
      request.on('end', () => response.end(JSON.stringify({ jsonrpc: '2.0', id: 1_000_001, ...answer })));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
    const load = run('go', ['run', './load', '-modern', '-url', url, '-connections', '1'], { cwd: 'test/bench/tools' });
    await expect(load).rejects.toMatchObject({ stderr: expect.stringContaining('wrong answer') });
    server.close();
  });
});

/** The cells of a table's rows, by the name in the first column. */
function rowsOf(text: string, title: string): Record<string, string[]> {
  const lines = text
    .slice(text.indexOf(`| ${title}`))
    .split('\n\n')[0]!
    .trim()
    .split('\n')
    .slice(2);
  const rows = lines.map((line) => line.slice(2, -2).split(' | '));
  return Object.fromEntries(rows.map(([name, ...cells]) => [name!, cells]));
}
