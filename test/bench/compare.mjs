// `npm run bench -- compare <folder of another build>`: this build against that one, turn by turn.
import { resolve } from 'node:path';
import { measureGroup, variants } from './measure.mjs';
import { FREE, PRICED, RELAYED_FREE } from './rows.mjs';
import { printGroup } from './tables.mjs';
import { MANY, ONE } from './turns.mjs';

const TURNS = Number(process.env.BENCH_TURNS ?? 8);

/** Prints a table for each row. */
export async function compare(folder) {
  if (!folder) throw new Error('Name the folder of the other build: npm run bench -- compare ../tallygate-before');
  const ways = [
    { name: 'that build', options: { root: resolve(folder) } },
    { name: 'this build', options: {} },
  ];
  for (const row of [FREE, PRICED, RELAYED_FREE]) {
    const group = { title: row.name, points: [ONE, MANY], turns: TURNS, rows: variants(row, ways) };
    printGroup(group, await measureGroup(group));
  }
}
