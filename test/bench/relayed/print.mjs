// The table of an arrangement, and who is not in it.

const HEAD = ['1 client: p50 ms, CPU µs', '8 clients: calls/s, CPU µs', '32 clients: calls/s, p99 ms, CPU µs'];
const RATIOS = 'Tallygate by this: p50 at 1, calls/s at 8, at 32, CPU at 32';

/** Prints it. */
export function printArrangement({ title }, { rows, out }, turns) {
  console.log(`\n| ${title}, the middle of ${turns} turns | ${HEAD.join(' | ')} | ${RATIOS} |`);
  console.log('| --- | ---: | ---: | ---: | ---: |');
  for (const row of rows) console.log(`| ${row.name} | ${columnsOf(row).join(' | ')} |`);
  if (out.length > 0) console.log(`\nNot measured: ${out.map(({ name, why }) => `${name} (${why})`).join('; ')}.`);
}

function columnsOf({ figures: { 1: one, 8: some, 32: many }, timesP50, times8, times32, timesCpu }) {
  return [
    `${show(one.p50Ms, 2)}, ${show(one.cpuMicros)}`,
    `${show(some.perSecond)}, ${show(some.cpuMicros)}`,
    `${show(many.perSecond)}, ${show(many.p99Ms, 1)}, ${show(many.cpuMicros)}`,
    [timesP50, times8, times32, timesCpu].map((times) => show(times, 2)).join(', '),
  ];
}

const show = (value, digits = 0) => (Number.isFinite(value) ? value.toFixed(digits) : '–');
