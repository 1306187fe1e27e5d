import { parseDay } from '../queries/calendar-day.js';
import { isNullable, SYMBOL_MAX_LENGTH, type Cell, type Column } from '../datasets/dataset.js';

/** Longest free text that is stored, in characters. */
const TEXT_MAX_LENGTH = 1_000;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const FLAGS: Record<string, boolean> = { true: true, '1': true, yes: true, false: false, '0': false, no: false };
const SHOWN_MAX_LENGTH = 40;

/** The reason a value, and with it its line, is rejected. */
export class Rejection {
  constructor(readonly reason: string) {}
}

/** Converts a value of a file to what the column stores. CSV gives text; Parquet gives numbers, dates and bigints. */
export function importCell(column: Column, value: unknown): Cell | Rejection {
  const plain = typeof value === 'string' ? value.trim() : value;
  if (plain === null || plain === undefined || plain === '') return emptyCell(column);
  switch (column.type) {
    case 'String':
    case 'LowCardinality(String)':
      return textCell(column, plain);
    case 'Date32':
      return dayCell(column, plain);
    case 'Bool':
      return FLAGS[String(plain).toLowerCase()] ?? rejected(column, plain, 'is not true or false');
    case 'UInt64':
      return countCell(column, plain);
    case 'Float64':
    case 'Nullable(Float64)':
      return numberCell(column, plain);
  }
}

/**
 * An empty field becomes null where that is allowed, the column's default where it has one, and is otherwise
 * rejected.
 */
function emptyCell(column: Column): Cell | Rejection {
  if (isNullable(column)) return null;
  const { otherwise } = column;
  if (otherwise === undefined || (typeof otherwise === 'object' && otherwise !== null)) {
    return new Rejection(`${column.name} is empty`);
  }
  return otherwise;
}

function textCell(column: Column, value: unknown): Cell | Rejection {
  const text = value instanceof Date ? value.toISOString() : String(value);
  const longest = column.type === 'String' ? TEXT_MAX_LENGTH : SYMBOL_MAX_LENGTH;
  return text.length <= longest ? text : rejected(column, text, `has more than ${longest} characters`);
}

function dayCell(column: Column, value: unknown): Cell | Rejection {
  const text = value instanceof Date ? isoOf(value) : String(value);
  return parseDay(text) ?? rejected(column, text, 'is not a day (YYYY-MM-DD)');
}

function countCell(column: Column, value: unknown): Cell | Rejection {
  const number = numberOf(value);
  if (!Number.isSafeInteger(number)) return rejected(column, value, 'is not a whole number');
  return number >= 0 ? number : rejected(column, value, 'is negative');
}

function numberCell(column: Column, value: unknown): Cell | Rejection {
  const number = numberOf(value);
  if (!Number.isFinite(number)) return rejected(column, value, 'is not a number');
  const { above } = column;
  return above === undefined || number > above ? number : rejected(column, value, `is not above ${above}`);
}

function numberOf(value: unknown): number {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  return typeof value === 'string' && NUMBER.test(value) ? Number(value) : NaN;
}

const isoOf = (date: Date): string => (Number.isNaN(date.getTime()) ? 'no date' : date.toISOString());

function rejected({ name }: Column, value: unknown, problem: string): Rejection {
  const text = String(value);
  return new Rejection(`${name} "${text.length > SHOWN_MAX_LENGTH ? `${text.slice(0, SHOWN_MAX_LENGTH)}…` : text}" ${problem}`);
}
