// `npm run bench -- relayed [legacy | modern | stdio]`: calls that are relayed to an upstream that is no bottleneck, beside that upstream
// and beside other relays. BENCH_SECONDS: of each load, 1 when unset. BENCH_TURNS: 3 when unset.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeRoom } from '../server-process.mjs';
import { ARRANGEMENTS, partsOf, startUpstream } from './arrangements.mjs';
import { tool } from './install.mjs';
import { load } from './load.mjs';
import { printArrangement } from './print.mjs';
import { figuresOf, measureTurn } from './turn.mjs';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 1);
const TURNS = Number(process.env.BENCH_TURNS ?? 3);
const WARM_SECONDS = 2 * SECONDS;

/** Prints a table for each arrangement. @throws Error when Tallygate or the upstream fails a call */
export async function measureRelayed(only) {
  const tools = installedTools();
  if (!tools) return;
  // The upstream has a core to itself only where there are three: on two it shares one with load and databases, not with what is measured.
  makeRoom({ hasUpstream: cpus().length > 2 });
  for (const arrangement of ARRANGEMENTS.filter(({ name }) => !only || name === only)) {
    process.stderr.write(`relayed: ${arrangement.title} …\n`);
    printArrangement(arrangement, await measureArrangement(arrangement, tools), TURNS);
  }
}

function installedTools() {
  try {
    return { load: tool('load'), upstream: tool('upstream') };
  } catch (error) {
    process.stderr.write(`SKIPPED: relayed: its load generator needs Go: ${error.message}\n`);
  }
}

async function measureArrangement(arrangement, tools) {
  const folder = mkdtempSync(join(tmpdir(), 'tallygate-relayed-'));
  const options = { program: tools.load, modern: arrangement.modern };
  const upstream = await startUpstream(arrangement, tools.upstream);
  const parts = partsOf(arrangement, upstream, folder);
  try {
    for (const part of parts) await tried(part, async () => (part.server = await part.start(options)));
    const measured = await inTurns(parts, { ...options, seconds: SECONDS });
    const { turns: own } = measured.find(({ isTallygate }) => isTallygate);
    return { rows: measured.map(({ name, turns }) => ({ name, ...figuresOf(turns, own) })), out: parts.filter(({ why }) => why) };
  } finally {
    for (const { server } of parts) await server?.stop();
    await upstream.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A guest that fails is out, with the reason; what the others are measured against may not fail. */
async function tried(part, act) {
  try {
    await act();
  } catch (error) {
    if (!part.guest) throw error;
    part.why = (error.stderr || error.message).trim().split('\n')[0];
    process.stderr.write(`SKIPPED: ${part.name}: ${(error.stderr || error.message).trim()}\n`);
  }
}

/** Everybody warms up and is then loaded in each turn, every second time in reverse: what a machine gives changes by the minute. */
async function inTurns(parts, options) {
  const present = () => parts.filter(({ why }) => !why);
  const warmUp = { ...options, connections: 32, seconds: WARM_SECONDS };
  for (const part of present()) await tried(part, () => load(part.server, warmUp));
  for (let turn = 0; turn < TURNS; turn += 1) {
    const order = turn % 2 ? present().reverse() : present();
    for (const part of order) await tried(part, async () => (part.turns ??= []).push(await measureTurn(part.server, options)));
  }
  return present();
}
