// The table of an arrangement, and who is not in it.
import { cellsOf, headOf, show } from '../tables.mjs';
import { ALL_POINTS, comparedOf, MANY, ONE, TURNS } from '../turns.mjs';

/** Of one turn, Tallygate's figure by that of another: both are measured within the same minute. */
const COMPARED = [
  [ONE, 'p50Ms'],
  [MANY, 'perSecond'],
  [MANY, 'cpuMicros'],
];
const RATIOS = `Tallygate by this: p50 at ${ONE.name}, calls/s and CPU at ${MANY.name}`;

/** Prints it. */
export function printArrangement({ title }, parts) {
  const [own, out] = [parts.find(({ isTallygate }) => isTallygate), parts.filter(({ why }) => why)];
  const ratios = (part) => COMPARED.map(([point, figure]) => show(comparedOf(own, part, point, figure), 2)).join(', ');
  console.log(`\n${headOf(`${title}, the middle of ${TURNS} turns`, ALL_POINTS, [RATIOS])}`);
  for (const part of parts.filter(({ why }) => !why))
    console.log(`| ${[...cellsOf(part, ALL_POINTS), ratios(part)].join(' | ')} |`);
  if (out.length > 0) console.log(`\nNot measured: ${out.map(({ name, why }) => `${name} (${why})`).join('; ')}.`);
}
