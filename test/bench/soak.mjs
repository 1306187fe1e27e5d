// Many calls through the connections to upstream servers, over stdio and HTTP: memory and processes must stay flat.
// Usage: node --expose-gc test/bench/soak.mjs [calls, default 20000]    (after `npm run build`)
import { Logger } from '@nestjs/common';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { NetworkRules } from '../../dist/common/network/network-rules.js';
import { ProcessSlots } from '../../dist/servers/connection/stdio/process-slots.js';
import { ReconnectingConnection } from '../../dist/servers/connection/reconnecting-connection.js';
import { templateSchema } from '../../dist/config/template-config.js';
import { templateOf } from '../../dist/servers/templates/server-template.js';
import { PooledServer } from '../../dist/servers/pool/pooled-server.js';

const CALLS = Number(process.argv[2] ?? 20_000);
const IN_FLIGHT = 8;
const PORT = 8_765;
const SAMPLES = 10;
/** Growth from the first tenth of the calls, when caches are warm, to the last. */
const GROWTH_MAX_MB = 20;
const PARAMS = { name: 'echo', arguments: { message: 'hello' } };
const SILENT = { capabilities: {}, wantsProgress: false, progress: () => {}, log: () => {} };

Logger.overrideLogger(['warn', 'error']);
const program = join('node_modules', '@modelcontextprotocol', 'server-everything', 'dist', 'index.js');
const slots = new ProcessSlots(4, process.env.PATH ?? '');
const stdio = upstream('soak-stdio', { transport: 'stdio', command: process.execPath, args: [program, 'stdio'], env: {} });
const http = upstream('soak-http', { transport: 'http', url: `http://127.0.0.1:${PORT}/mcp`, headers: {} });
const child = spawn(process.execPath, [program, 'streamableHttp'], { env: { PORT: String(PORT) }, stdio: 'ignore' });

try {
  await ready(http);
  const failed = [await soak('stdio', stdio), await soak('http', http)].some((growth) => growth > GROWTH_MAX_MB);
  await Promise.all([stdio.close(), http.close()]);
  console.log(`child processes left: ${slots.size}`);
  process.exitCode = failed || slots.size > 0 ? 1 : 0;
} finally {
  child.kill();
}

function upstream(name, target) {
  const template = templateOf(name, templateSchema.parse({ transport: 'http', url: 'http://unused' }), {
    strategy: 'round_robin',
    health_check_interval: 30,
  });
  const connectionFor = (listener) =>
    new ReconnectingConnection({
      ...listener,
      name,
      connectTimeoutMs: 10_000,
      timeoutMs: 10_000,
      concurrency: IN_FLIGHT,
      slots,
      network: new NetworkRules(['127.0.0.0/8']),
      target: () => target,
      protocol: 'auto',
    });
  return new PooledServer({ id: name, name, templateName: name, enabled: true, weight: 1, config: {} }, template, connectionFor);
}

async function ready(server) {
  for (let tries = 0; tries < 100; tries += 1) {
    await server.check();
    if (server.isHealthy) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${server.name}: ${server.health.error}`);
}

/** Megabytes of heap gained after the first sample. */
async function soak(name, server) {
  const samples = [];
  const started = performance.now();
  const cpu = process.cpuUsage();
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    await Promise.all(Array.from({ length: IN_FLIGHT }, () => callMany(server, CALLS / SAMPLES / IN_FLIGHT)));
    globalThis.gc?.();
    samples.push(process.memoryUsage().heapUsed / 1_048_576);
  }
  const perSecond = Math.round(CALLS / ((performance.now() - started) / 1_000));
  const { user, system } = process.cpuUsage(cpu);
  const cpuMicros = Math.round((user + system) / CALLS); // garbage collection at every sample included
  const heap = samples.map((megabytes) => megabytes.toFixed(1)).join(' ');
  console.log(
    `${name}: ${CALLS} calls, ${perSecond}/s, ${cpuMicros} µs CPU a call, child processes ${slots.size}, heap MB ${heap}`,
  );
  return samples.at(-1) - samples[0];
}

async function callMany(server, count) {
  for (let call = 0; call < count; call += 1) {
    await server.call('tools/call', { params: PARAMS, caller: SILENT, signal: new AbortController().signal });
  }
}
