import { describe, expect, it } from '@jest/globals';
import type { Column, ColumnType } from '../datasets/dataset.js';
import { importCell, Rejection } from './import-cell.js';

const column = (type: ColumnType, extras: Partial<Column> = {}): Column => ({ name: 'c', type, description: '', ...extras });
const reason = (cell: unknown) => (cell instanceof Rejection ? cell.reason : `taken as ${String(cell)}`);

describe('importCell', () => {
  it.each([
    [column('Float64'), '1.5', 1.5],
    [column('Float64'), ' -2e3 ', -2000],
    [column('Float64'), 7n, 7],
    [column('Nullable(Float64)'), '', null],
    [column('Nullable(Float64)'), null, null],
    [column('UInt64'), '8279510000', 8279510000],
    [column('UInt64'), '10.0', 10],
    [column('Date32'), '2001/02/03', '2001-02-03'],
    [column('Date32'), new Date('2001-02-03T00:00:00Z'), '2001-02-03'],
    [column('Bool'), 'Yes', true],
    [column('Bool', { otherwise: false }), '', false],
    [column('String'), "x' OR 1=1 --", "x' OR 1=1 --"],
    [column('LowCardinality(String)'), ' AAPL ', 'AAPL'],
  ])('%j takes %p as %p', (into, value, cell) => expect(importCell(into, value)).toBe(cell));

  it.each([
    [column('Float64'), 'abc', 'c "abc" is not a number'],
    [column('Float64'), 'NaN', 'c "NaN" is not a number'],
    [column('Float64'), 'Infinity', 'c "Infinity" is not a number'],
    [column('Float64'), '1e999', 'c "1e999" is not a number'],
    [column('Float64'), '1,000', 'c "1,000" is not a number'],
    [column('Float64'), '0x10', 'c "0x10" is not a number'],
    [column('Float64'), NaN, 'c "NaN" is not a number'],
    [column('Float64'), '', 'c is empty'],
    [column('Float64', { above: 0 }), '0', 'c "0" is not above 0'],
    [column('Float64', { otherwise: { sameAs: 'd' } }), '', 'c is empty'],
    [column('UInt64'), '-1', 'c "-1" is negative'],
    [column('UInt64'), '1.5', 'c "1.5" is not a whole number'],
    [column('UInt64'), '1e30', 'c "1e30" is not a whole number'],
    [column('Date32'), '2001-02-30', 'c "2001-02-30" is not a day (YYYY-MM-DD)'],
    [column('Date32'), new Date(NaN), 'c "no date" is not a day (YYYY-MM-DD)'],
    [column('Date32'), new Date('2001-02-03T10:00:00Z'), 'c "2001-02-03T10:00:00.000Z" is not a day (YYYY-MM-DD)'],
    [column('Bool'), 'maybe', 'c "maybe" is not true or false'],
    [column('String'), ' ', 'c is empty'],
    [column('LowCardinality(String)'), 'x'.repeat(33), `c "${'x'.repeat(33)}" has more than 32 characters`],
    [column('Float64'), 'y'.repeat(99), `c "${'y'.repeat(40)}…" is not a number`],
  ])('%j refuses %p: %s', (into, value, words) => expect(reason(importCell(into, value))).toBe(words));
});
