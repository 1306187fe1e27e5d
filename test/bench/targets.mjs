// What Tallygate is to reach, and what a run reached of it. Ratios and differences are those of the turns.
import { FREE, LISTING, PRICED, RECIPE, RECIPES_LIST, RELAYED_FREE, RELAYED_PRICED } from './rows.mjs';
import { show } from './tables.mjs';
import { comparedOf, MANY, middleOf, ONE } from './turns.mjs';

const atMost = (limit, unit, digits = 0) => ({ words: `≤ ${limit} ${unit}`, unit, digits, holds: (value) => value <= limit });
const atLeast = (limit, unit, digits = 0) => ({ words: `≥ ${limit} ${unit}`, unit, digits, holds: (value) => value >= limit });
const difference = (one, beside) => one - beside;
const databases = ({ postgresMicros, clickhouseMicros }) => postgresMicros + clickhouseMicros;

/** Of a row at a point; beside another row where one is named. */
const of = (row, point, figure) => (find) => find(row) && middleOf(find(row), point, figure);
const beside = (row, other, point, figure, compare) => (find) =>
  find(row) && find(other) && comparedOf(find(row), find(other), point, figure, compare);
/** A single figure whose words begin so. */
const single = (words) => (_, figures) => figures.find(({ figure }) => figure.startsWith(words))?.value;

const TARGETS = [
  ['free: calls/s at 32, by the recipe’s', atLeast(10, '×', 1), beside(FREE, RECIPE, MANY, 'perSecond')],
  ['free: CPU of a call at 32', atMost(65, 'µs'), of(FREE, MANY, 'cpuMicros')],
  ['free: p50 at 1', atMost(0.35, 'ms', 2), of(FREE, ONE, 'p50Ms')],
  ['free: p99 at 32', atMost(6, 'ms', 1), of(FREE, MANY, 'p99Ms')],
  ['priced: calls/s at 32, by free', atLeast(0.85, '×', 2), beside(PRICED, FREE, MANY, 'perSecond')],
  ['priced: CPU of the gateway at 32, more than free', atMost(8, 'µs'), beside(PRICED, FREE, MANY, 'cpuMicros', difference)],
  ['priced: CPU of the databases at 32, by free', atMost(1.3, '×', 2), beside(PRICED, FREE, MANY, databases)],
  ['priced: p50 at 1, more than free', atMost(0.2, 'ms', 2), beside(PRICED, FREE, ONE, 'p50Ms', difference)],
  ['relayed: CPU of a call at 32', atMost(100, 'µs'), of(RELAYED_FREE, MANY, 'cpuMicros')],
  ['relayed: calls/s at 32', atLeast(8_000, '/s'), of(RELAYED_FREE, MANY, 'perSecond')],
  ['relayed: p50 at 1', atMost(0.45, 'ms', 2), of(RELAYED_FREE, ONE, 'p50Ms')],
  ['relayed: p99 at 32', atMost(8, 'ms', 1), of(RELAYED_FREE, MANY, 'p99Ms')],
  [
    'relayed, priced: CPU at 32, more than free',
    atMost(8, 'µs'),
    beside(RELAYED_PRICED, RELAYED_FREE, MANY, 'cpuMicros', difference),
  ],
  ['kept in PostgreSQL of a priced call', atMost(340, 'bytes'), single('kept in PostgreSQL')],
  ['idle memory, the gateway alone', atMost(130, 'MB'), single('idle, the gateway')],
  ['idle memory, everything', atMost(600, 'MB'), single('idle, everything')],
  ['`tools/list` of 50: calls/s at 32, by the recipe’s', atLeast(20, '×', 1), beside(LISTING, RECIPES_LIST, MANY, 'perSecond')],
  ['check of one key of 100 000, p99', atMost(100, 'µs', 1), single('check of one of 100000 keys, p99')],
  ['memory of 100 000 keys', atMost(50, 'MB'), single('memory of')],
  ['revocation at another replica, p99', atMost(100, 'ms', 1), single('revoked, until another replica refuses, p99')],
  ['a call in its history, p99', atMost(3_000, 'ms'), single('answered, until the history shows it, p99')],
  ['deliverer', atLeast(20_000, 'rows/s'), single('delivered to ClickHouse')],
  ['`npm start` on a clone, first call', atMost(10, 's', 1), single('`npm start` on a clone')],
  ['`npm start` again, first call', atMost(3, 's', 1), single('`npm start` again')],
];

/** What a run says of each target that it measured: `measure`, `target`, `measured`, and whether it is `met`. */
export function judged(parts, figures) {
  const find = ({ name }) => parts.find((part) => part.name === name);
  return TARGETS.flatMap(([measure, { words, unit, digits, holds }, valueOf]) => {
    const value = valueOf(find, figures);
    return Number.isFinite(value)
      ? [{ measure, target: words, measured: `${show(value, digits)} ${unit}`, met: holds(value) }]
      : [];
  });
}

export function printTargets(rows) {
  if (rows.length === 0) return;
  console.log('\n| target | | measured | |\n| --- | ---: | ---: | --- |');
  for (const { measure, target, measured, met } of rows)
    console.log(`| ${measure} | ${target} | ${measured} | ${met ? 'met' : 'missed'} |`);
}
