// `npm run bench [-- part of a name]`: starts every server itself, prints its tables, the targets beside what was measured, and writes
// results.json. Machines differ and are noisy: the ratios in one run are the result, not the requests per second.
// `npm run bench -- relayed | nodes | gateways | compare` print tables of their own. BENCH_SECONDS: of each load, 2 when unset. BENCH_TURNS: 3 when
// unset. BENCH_PROFILE=1: where the CPU time of one row goes instead (profile.mjs).
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { compare } from './compare.mjs';
import { generatorWords } from './generator.mjs';
import { measureKept } from './kept.mjs';
import { measureGroup } from './measure.mjs';
import { measureNodes } from './nodes.mjs';
import { profile } from './profile.mjs';
import { FREE, GROUPS } from './rows.mjs';
import { measureRelayed } from './relayed/relayed.mjs';
import { measureScale } from './scale.mjs';
import { ARRANGEMENT, makeRoom } from './server-process.mjs';
import { measureGateways } from './gateways.mjs';
import { measureIdle, measureStarts } from './starts.mjs';
import { measureStreams } from './streams.mjs';
import { KEY, printFigures, printGroup } from './tables.mjs';
import { judged, printTargets } from './targets.mjs';
import { middle, MANY, ONE, SECONDS, TURNS } from './turns.mjs';
import { measureVisibility } from './visibility.mjs';
import { measureUsage } from './usage-scale.mjs';

const HERE = import.meta.dirname;
const FIGURES = {
  kept: measureKept,
  visibility: measureVisibility,
  streams: measureStreams,
  idle: measureIdle,
  starts: measureStarts,
  scale: measureScale,
};
/** With tables of their own. */
const COMMANDS = { relayed: measureRelayed, nodes: measureNodes, gateways: measureGateways, compare };
/** Takes minutes and gigabytes, so only when it is asked for by name. */
const ON_REQUEST = { usage: measureUsage };
const [only, argument] = process.argv.slice(2); // a part of a row's name, or the name of one of these, to measure just that while working on it
const isWanted = (name) => !only || name.includes(only);

if (process.env.BENCH_PROFILE) await profile(rowsOf(GROUPS).find(({ name }) => name.includes(only ?? FREE.name)));
else await bench();

function rowsOf(groups) {
  return groups.flatMap(({ rows }) => rows);
}

async function bench() {
  makeRoom();
  printArrangement();
  if (COMMANDS[only]) return COMMANDS[only](argument);
  const parts = await measureRows();
  const figures = await measureFigures();
  printOthers(parts);
  printFigures(figures);
  const targets = judged(parts, figures);
  printTargets(targets);
  if (!only)
    writeFileSync(
      join(HERE, 'results.json'),
      `${JSON.stringify({ ...facts(), rows: parts.map(({ name, turns }) => ({ row: name, turns })), figures, targets }, null, 2)}\n`,
    );
}

async function measureRows() {
  const all = [];
  for (const group of GROUPS) {
    const rows = group.rows.filter(({ name }) => isWanted(name));
    if (rows.length === 0) continue;
    const parts = await measureGroup({ ...group, rows });
    printGroup({ ...group, turns: TURNS }, parts);
    all.push(...parts);
  }
  return all;
}

async function measureFigures() {
  const figures = [];
  const wanted = ON_REQUEST[only] ? { [only]: ON_REQUEST[only] } : FIGURES;
  for (const [name, measureThem] of Object.entries(wanted).filter(([name]) => isWanted(name))) {
    process.stderr.write(`${name} …\n`);
    try {
      figures.push(...(await measureThem()));
    } catch (error) {
      process.exitCode = 1; // the others have been measured for minutes
      process.stderr.write(`FAILED: ${name}: ${error.stack}\n`);
    }
  }
  return figures;
}

function printArrangement() {
  console.log(`${ARRANGEMENT}. Load generator: ${generatorWords()}.`);
  console.log(
    `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0].model}, load average before ${loadavg()[0].toFixed(1)}. ${KEY}`,
  );
}

/** What is to be known of the measuring itself: whether others took part of the core, and whether the load generator is a bottleneck. */
function printOthers(parts) {
  const at = ({ name }) => parts.flatMap(({ turns }) => turns.flatMap((turn) => turn[name] ?? []));
  const shares = [...at(ONE), ...at(MANY)].map(({ othersShare }) => othersShare).filter(Number.isFinite);
  if (shares.length > 0) {
    const percent = (value) => `${(100 * value).toFixed(0)} %`;
    console.log(
      `\nOthers took ${percent(middle(shares))} of the core of what is measured, at most ${percent(Math.max(...shares))}.`,
    );
  }
  if (parts.length > 0)
    console.log(
      `The load generator took ${middle(at(MANY).map(({ generatorMicros }) => generatorMicros)).toFixed(0)} µs a request.`,
    );
}

function facts() {
  const lock = JSON.parse(readFileSync(join(HERE, '..', '..', 'package-lock.json'), 'utf8')).packages;
  const version = (name) => lock[`node_modules/${name}`].version;
  return {
    measuredAt: new Date().toISOString(),
    machine: { cpu: cpus()[0].model, cores: cpus().length, arrangement: ARRANGEMENT },
    loadGenerator: generatorWords(),
    versions: {
      node: process.version,
      nest: version('@nestjs/core'),
      sdk: version('@modelcontextprotocol/sdk'),
      chdb: version('chdb'),
    },
    secondsPerLoad: SECONDS,
  };
}
