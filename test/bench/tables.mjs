// How figures are printed.
import { comparedOf, MANY, middleOf, ONE } from './turns.mjs';

const NOTHING = '–';

/** The first two lines of a table with a column for each point. */
export const headOf = (title, points, more) => {
  const columns = points.map(({ name, perSecond }) =>
    perSecond ? `at ${name}` : `${name} connection${name === '1' ? '' : 's'}`,
  );
  return `| ${[title, ...columns, ...more].join(' | ')} |\n| --- |${' ---: |'.repeat(points.length + more.length)}`;
};

/** A row's name, and at each point calls a second; p50, p99 in ms; CPU µs a call, of PostgreSQL and ClickHouse too where there are. */
export const cellsOf = (part, points) => [part.name, ...points.map((point) => cellOf(part, point))];

export const KEY = 'A cell has calls/s; p50, p99 in ms; CPU time of a call in µs, + PostgreSQL’s + ClickHouse’s.';

function cellOf(part, point) {
  const of = (figure) => middleOf(part, point, figure);
  if (of('perSecond') === undefined) return NOTHING;
  const cpu = ['cpuMicros', 'postgresMicros', 'clickhouseMicros'].map(of).filter((value) => value !== undefined);
  return `${show(of('perSecond'))}; ${show(of('p50Ms'), 2)}, ${show(of('p99Ms'), 1)}; ${cpu.map((one) => show(one)).join(' + ') || NOTHING}`;
}

/** Prints the rows of a group; the last column compares each with the first. */
export function printGroup({ title, points, turns }, parts) {
  const [first, ...others] = parts;
  if (!first) return;
  const ratios = (part) =>
    [
      comparedOf(part, first, MANY, 'perSecond'),
      comparedOf(part, first, MANY, 'cpuMicros'),
      comparedOf(part, first, ONE, 'p50Ms'),
    ]
      .map((times) => show(times, 2))
      .join(', ');
  const more = others.length > 0 ? [`× the first: calls/s, CPU at ${MANY.name}; p50 at ${ONE.name}`] : [];
  console.log(`\n${headOf(`${title}, the middle of ${turns} turns`, points, more)}`);
  for (const part of parts) console.log(`| ${[...cellsOf(part, points), ...more.map(() => ratios(part))].join(' | ')} |`);
}

/** Prints single figures. */
export function printFigures(figures) {
  if (figures.length === 0) return;
  console.log('\n| figure | value |\n| --- | ---: |');
  for (const { figure, value, unit, digits = 0 } of figures) console.log(`| ${figure} | ${show(value, digits)} ${unit} |`);
}

export const show = (value, digits = 0) => (Number.isFinite(value) ? value.toFixed(digits) : NOTHING);
