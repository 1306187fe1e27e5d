// `npm run bench -- relayed [legacy | modern | stdio]`: calls that are relayed to an upstream that is no bottleneck, beside that upstream
// and beside other relays. BENCH_SECONDS: of each load, 1 when unset. BENCH_TURNS: 3 when unset.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasGo, whyNoGo } from '../generator.mjs';
import { tool } from '../install.mjs';
import { makeRoom } from '../server-process.mjs';
import { ALL_POINTS, inTurns, tried } from '../turns.mjs';
import { ARRANGEMENTS, partsOf, startUpstream } from './arrangements.mjs';
import { printArrangement } from './print.mjs';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 1);

/** Prints a table for each arrangement. @throws Error when Tallygate or the upstream fails a call */
export async function measureRelayed(only) {
  if (!hasGo()) return void process.stderr.write(`SKIPPED: relayed: its load generator needs Go: ${whyNoGo()}\n`);
  makeRoom();
  for (const arrangement of ARRANGEMENTS.filter(({ name }) => !only || name === only)) {
    process.stderr.write(`relayed: ${arrangement.title} …\n`);
    printArrangement(arrangement, await measureArrangement(arrangement));
  }
}

/** All who take part, those that are out with the reason as `why`. */
async function measureArrangement(arrangement) {
  const folder = mkdtempSync(join(tmpdir(), 'tallygate-relayed-'));
  const upstream = await startUpstream(arrangement, tool('upstream'));
  const parts = partsOf(arrangement, upstream, folder);
  try {
    for (const part of parts) await tried(part, async () => (part.server = await part.start(part.request)));
    await inTurns(parts, { points: ALL_POINTS, seconds: SECONDS });
  } finally {
    for (const { server } of parts) await server?.stop();
    await upstream.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return parts;
}
