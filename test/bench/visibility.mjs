// From the answer of a call until its history shows it.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { administration, startGateway } from './gateway.mjs';
import { makeRoom } from './server-process.mjs';

const CALLS = 100;
const LOOK_AGAIN_MS = 20;
/** Between two calls at random, since the deliverer looks at fixed times. */
const PAUSE_MAX_MS = 500;
const GIVE_UP_MS = 30_000;
const BODY = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'timestamp', arguments: {} } });

export async function measureVisibility() {
  makeRoom();
  const server = await startGateway();
  try {
    const ask = await administration(server.output);
    const times = [];
    for (let n = 0; n < CALLS; n += 1) {
      times.push(await untilVisible(server, ask));
      await pause(Math.random() * PAUSE_MAX_MS);
    }
    times.sort((a, b) => a - b);
    return [0.5, 0.99].map((share) => {
      const value = times[Math.floor(CALLS * share)];
      return { figure: `answered, until the history shows it, p${share * 100}`, value, unit: 'ms' };
    });
  } finally {
    await server.stop();
  }
}

async function untilVisible({ url, headers }, ask) {
  const requestId = randomUUID();
  const answer = await fetch(url, { method: 'POST', headers: { ...headers, 'x-request-id': requestId }, body: BODY });
  await answer.text();
  const answered = performance.now();
  for (;;) {
    const { records } = await ask('/api/mcp-usage/history?page_size=5');
    const passed = performance.now() - answered;
    if (records.some((record) => record.request_id === requestId)) return passed;
    if (passed > GIVE_UP_MS) throw new Error(`Not in the history after ${GIVE_UP_MS} ms`);
    await pause(LOOK_AGAIN_MS);
  }
}
