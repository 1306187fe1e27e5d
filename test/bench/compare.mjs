// `npm run bench -- compare <folder of another build>`: this build against that one, turn by turn in one run, since what a
// machine gives changes by the minute. The middle of all turns counts.
import { resolve } from 'node:path';
import { startGateway } from './gateway.mjs';
import { CONNECTIONS, measureOnce, middle } from './measure.mjs';
import { ROWS } from './rows.mjs';
import { makeRoom } from './server-process.mjs';

const TURNS = 8;
const FIGURES = ['cpuMicros', 'perSecond', 'aloneP50Ms'];
const COMPARED = { 'tools/call': {}, 'tools/call, priced': { priced: true } };
const { body } = ROWS.find(({ name }) => name.startsWith('Tallygate, tools/call'));

/** Prints a table. */
export async function compare(folder) {
  if (!folder) throw new Error('Name the folder of the other build: npm run bench -- compare ../tallygate-before');
  makeRoom({});
  console.log(
    '| row | CPU µs/request: that, this | requests/s: that, this | one client, p50 ms: that, this |\n| --- | ---: | ---: | ---: |',
  );
  for (const [name, options] of Object.entries(COMPARED)) {
    const builds = [await startGateway({ ...options, root: resolve(folder) }), await startGateway(options)];
    try {
      const middles = await inTurns(builds);
      const pair = (figure, digits) => middles.map((one) => one[figure].toFixed(digits)).join(', ');
      console.log(`| ${name} | ${pair('cpuMicros', 0)} | ${pair('perSecond', 0)} | ${pair('aloneP50Ms', 2)} |`);
    } finally {
      for (const build of builds) await build.stop();
    }
  }
}

async function inTurns(builds) {
  const turns = builds.map(() => []);
  for (let turn = 0; turn <= TURNS; turn += 1) {
    for (const [index, build] of builds.entries()) {
      const figures = await measureOnce(build, { body, connections: CONNECTIONS });
      if (turn > 0) turns[index].push(figures); // the first warms up
    }
  }
  return turns.map(middleOf);
}

const middleOf = (turns) => Object.fromEntries(FIGURES.map((figure) => [figure, middle(turns.map((turn) => turn[figure]))]));
