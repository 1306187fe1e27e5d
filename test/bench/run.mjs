// `npm run bench [-- part of a name]`: starts every server itself, prints two tables and writes results.json.
// Machines differ and are noisy: the ratios in one run are the result, not the requests per second.
// `npm run bench -- relayed` prints tables of its own. BENCH_SECONDS: of each load, 2 when unset. BENCH_PROFILE=1: where the CPU time of one row goes instead (profile.mjs).
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare } from './compare.mjs';
import { measure, RUNS, SECONDS, STEADY_PER_SECOND, CONNECTIONS } from './measure.mjs';
import { profile } from './profile.mjs';
import { ROWS } from './rows.mjs';
import { measureRelayed } from './relayed/relayed.mjs';
import { measureScale } from './scale.mjs';
import { canPin } from './server-process.mjs';
import { measureStarts } from './starts.mjs';
import { measureStreams } from './streams.mjs';
import { measureVisibility } from './visibility.mjs';
import { measureUsage } from './usage-scale.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const MAIN_ROW = 'Tallygate, tools/call';
const FIGURES = { visibility: measureVisibility, streams: measureStreams, starts: measureStarts, scale: measureScale };
/** Takes minutes and gigabytes, so only when it is asked for by name. */
const ON_REQUEST = { usage: measureUsage };
const only = process.argv[2]; // a part of a row's name, or the name of one of these, to measure just that while working on it
const isWanted = (name) => !only || name.includes(only);

if (only === 'compare') await compare(process.argv[3]);
else if (only === 'relayed') await measureRelayed(process.argv[3]);
else if (process.env.BENCH_PROFILE) await profile(ROWS.find(({ name }) => name.includes(only ?? MAIN_ROW)));
else await bench();

async function bench() {
  const table = await rows();
  printRows(table);
  const figures = [];
  const wanted = ON_REQUEST[only] ? { [only]: ON_REQUEST[only] } : FIGURES;
  for (const [name, measureThem] of Object.entries(wanted).filter(([name]) => isWanted(name))) {
    process.stderr.write(`${name} …\n`);
    figures.push(...(await measureThem()));
  }
  if (!only) writeFileSync(join(HERE, 'results.json'), `${JSON.stringify({ ...facts(), table, figures }, null, 2)}\n`);
  printFigures(figures);
}

async function rows() {
  const table = [];
  const references = {};
  for (const { as, beside, skipped, ...row } of ROWS.filter(({ name }) => isWanted(name))) {
    const why = skipped?.();
    process.stderr.write(why ? `SKIPPED: ${row.name}: ${why}\n` : `${row.name} …\n`);
    if (why) continue;
    const result = await measure(row);
    if (as) references[as] = result;
    table.push({
      row: row.name,
      connections: row.connections ?? CONNECTIONS,
      ...result,
      ...compared(result, references, beside),
    });
  }
  return table;
}

function compared(result, references, beside) {
  const reference = references[beside];
  if (!reference) return {};
  const addsP50Ms = result.aloneP50Ms - reference.aloneP50Ms;
  return { beside, timesThat: result.perSecond / reference.perSecond, addsP50Ms };
}

function facts() {
  const lock = JSON.parse(readFileSync(join(HERE, '..', '..', 'package-lock.json'), 'utf8')).packages;
  const version = (name) => lock[`node_modules/${name}`].version;
  return {
    measuredAt: new Date().toISOString(),
    machine: { cpu: cpus()[0].model, cores: cpus().length, pinned: canPin },
    versions: {
      node: process.version,
      nest: version('@nestjs/core'),
      sdk: version('@modelcontextprotocol/sdk'),
      chdb: version('chdb'),
    },
    secondsPerRun: SECONDS,
    runs: RUNS,
  };
}

function printRows(table) {
  if (table.length === 0) return;
  const steady = `${STEADY_PER_SECOND}/s: p50, p99 ms`;
  console.log(`\n| server | throughput | CPU µs/request | one client, p50 ms | ${steady} | requests/s |`);
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
  for (const row of table) {
    const adds = row.beside === 'direct' ? ` (${row.addsP50Ms >= 0 ? '+' : ''}${show(row.addsP50Ms, 2)})` : '';
    const columns = [
      row.beside ? `${show(row.timesThat, 2)} × ${row.beside}` : '–',
      show(row.cpuMicros),
      show(row.aloneP50Ms, 2) + adds,
      `${show(row.steadyP50Ms, 1)}, ${show(row.steadyP99Ms, 1)}`,
      show(row.perSecond),
    ];
    console.log(`| ${row.row} | ${columns.join(' | ')} |`);
  }
}

function printFigures(figures) {
  if (figures.length === 0) return;
  console.log('\n| figure | value |');
  console.log('| --- | ---: |');
  for (const { figure, value, unit, digits = 0 } of figures) console.log(`| ${figure} | ${show(value, digits)} ${unit} |`);
}

function show(value, digits = 0) {
  return value === undefined ? '–' : value.toFixed(digits);
}
