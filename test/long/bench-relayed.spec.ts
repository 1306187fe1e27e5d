import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFile, spawn } from 'node:child_process';
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
const SLOW_MS = 200;
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
    for (const [name, cells] of Object.entries(rows)) expect({ [name]: cells.join(' | ') }).toEqual({ [name]: figuresOf(name) });
    expect(rows[EVERYWHERE[0]!]!.at(-1)).toBe('1.00, 1.00, 1.00');
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

  it('counts an answer at a fixed rate from the moment its call was due', async () => {
    server = createServer((request, response) => {
      request.resume();
      request.on('end', () => setTimeout(() => response.end('{"result":{}}'), SLOW_MS));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
    const rate = ['-rate', '20', '-seconds', '0.5', '-warm', '0', '-connections', '1', '-body', '{}'];
    const { stdout } = await run('go', ['run', './load', '-url', url, ...rate], { cwd: 'test/bench/tools' });
    server.close();
    const { requests, p50Ms } = JSON.parse(stdout) as { requests: number; p50Ms: number };
    expect(requests).toBe(10); // all that were due, though they took four times as long
    expect(p50Ms).toBeGreaterThan(4 * SLOW_MS);
  });
});

const BURN = 'while (process.cpuUsage().user < 3e5);';
const linux = process.platform === 'linux' ? it : it.skip;
linux.each([
  ['a process', `"$0" -e "${BURN} console.log('now'); setInterval(() => {}, 1e6)" & read line; kill $!`],
  ['one that has ended', `"$0" -e "${BURN}"; echo now; read line`],
])('the CPU time of a tree has that of %s below it', async (_, script) => {
  const { treeCpuMicros } = (await import('../bench/cpu.mjs' as string)) as { treeCpuMicros(pid: number): number };
  const shell = spawn('sh', ['-c', script, process.execPath]);
  await once(shell.stdout, 'data');
  const micros = treeCpuMicros(shell.pid!);
  shell.stdin.end('\n');
  await once(shell, 'exit');
  expect(micros).toBeGreaterThan(2.8e5);
});

/** At 1, 16, 32 and 128 connections, at a fixed rate where no guest is measured, and beside Tallygate. */
function figuresOf(name: string): unknown {
  const databases = name.startsWith('Tallygate') ? String.raw` \+ \d+ \+ \d+` : '';
  const cell = String.raw`\d+; [\d.]+, [\d.]+; \d+${databases} \| `;
  const isGuest = !/^Tallygate|^the upstream/.test(name);
  return expect.stringMatching(new RegExp(`^(${cell}){4}${isGuest ? String.raw`– \| ` : cell}[\\d.]+, [\\d.]+, [\\d.]+$`));
}

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
