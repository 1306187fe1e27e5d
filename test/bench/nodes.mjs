// `npm run bench -- nodes [part of a row's name]`: the same build on each Node of peers/nodes, turn by turn. Databases stay on this one.
import { spawnSync } from 'node:child_process';
import { nodes } from './install.mjs';
import { measureGroup, variants } from './measure.mjs';
import { FREE, PRICED, RELAYED_FREE } from './rows.mjs';
import { printGroup } from './tables.mjs';
import { MANY, ONE, STEADY } from './turns.mjs';

const TURNS = Number(process.env.BENCH_TURNS ?? 5);

/** Prints a table for each row. */
export async function measureNodes(only = '') {
  const ways = nodes()
    .filter(runs)
    .map(({ version, path }) => ({ name: `Node ${version}`, options: { node: path } }));
  if (ways.length === 0) return void process.stderr.write('SKIPPED: nodes: no registry has Nodes for this machine\n');
  for (const row of [FREE, PRICED, RELAYED_FREE].filter(({ name }) => name.includes(only))) {
    const group = { title: row.name, points: [ONE, MANY, STEADY], turns: TURNS, rows: variants(row, ways) };
    printGroup(group, await measureGroup(group));
  }
}

const runs = ({ path }) => spawnSync(path, ['--version']).status === 0;
