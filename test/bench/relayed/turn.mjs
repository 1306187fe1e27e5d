// One turn of one that is measured, and what the turns say together.
import { middle } from '../measure.mjs';
import { cpuMicros } from '../server-process.mjs';
import { load } from './load.mjs';

const CLIENTS = [1, 8, 32];
/** Of one turn, Tallygate's figure by that of another: both are measured within the same minute. */
const COMPARED = { timesP50: [1, 'p50Ms'], times8: [8, 'perSecond'], times32: [32, 'perSecond'], timesCpu: [32, 'cpuMicros'] };

/** The figures for one client, eight, and 32. @throws Error with the first wrong answer */
export async function measureTurn(server, options) {
  const figures = {};
  for (const connections of CLIENTS) {
    const before = cpuMicros(server.child.pid);
    const { requests, ...loaded } = await load(server, { ...options, connections });
    const after = cpuMicros(server.child.pid);
    figures[connections] = { ...loaded, cpuMicros: before === undefined ? undefined : (after - before) / requests };
  }
  return figures;
}

/** The middle of all turns, and of what Tallygate's own turns are times these. */
export function figuresOf(turns, own) {
  const middleOf = (clients, figure) => middle(turns.map((turn) => turn[clients][figure]));
  const figures = Object.fromEntries(
    CLIENTS.map((clients) => [
      clients,
      Object.fromEntries(Object.keys(turns[0][clients]).map((figure) => [figure, middleOf(clients, figure)])),
    ]),
  );
  const times = ([clients, figure]) => middle(turns.map((turn, n) => own[n][clients][figure] / turn[clients][figure]));
  return { figures, ...Object.fromEntries(Object.entries(COMPARED).map(([name, of]) => [name, times(of)])) };
}
