import { columnsOf, isNullable, SYMBOL_MAX_LENGTH, type Column, type Dataset } from '../datasets/dataset.js';

/** Symbols in one call. */
const SYMBOLS_MAX = 100;
const TEXT_MAX_LENGTH = 100;

export const symbol = {
  type: 'string',
  minLength: 1,
  maxLength: SYMBOL_MAX_LENGTH,
  description: 'Ticker symbol exactly as search_symbols gives it, e.g. ^GSPC',
};

export const symbols = {
  type: 'array',
  items: symbol,
  minItems: 1,
  maxItems: SYMBOLS_MAX,
  description: `1 to ${SYMBOLS_MAX} ticker symbols`,
};

export const day = (description: string) => ({
  type: 'string',
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$',
  description: `${description}, YYYY-MM-DD`,
});

export const dayRangeProperties = {
  start_date: day('First day, inclusive; default: where the data begins'),
  end_date: day('Last day, inclusive; default: where the data ends'),
};

export const text = (description: string) => ({ type: 'string', minLength: 1, maxLength: TEXT_MAX_LENGTH, description });

/** How many rows one call gives at most. */
export const limit = (byDefault: number, maximum: number) => ({
  type: 'integer',
  minimum: 1,
  maximum,
  default: byDefault,
  description: `Most rows to return, at most ${maximum}`,
});

export const offset = {
  type: 'integer',
  minimum: 0,
  maximum: 1_000_000,
  default: 0,
  description: 'Rows to leave out at the beginning, for the next page',
};

/** Output: whether a result was cut, and how to get the rest. */
export const pageOutput = {
  truncated: { type: 'boolean', description: 'True when there are more rows than the limit let through' },
  next_arguments: {
    type: ['object', 'null'],
    description: 'When truncated: repeat the call with these arguments changed to go on; else null',
  },
};

export const isSynthetic = { type: 'boolean', description: 'True for generated data, which is not market data' };

export const listOf = (items: object, description: string) => ({ type: 'array', items, description });

/** Output: a list of days as text. */
export const nullableDay = (description: string) => ({ type: ['string', 'null'], description: `${description}, YYYY-MM-DD` });

/** Output: rows of a dataset with these columns, all of them by default; `optional` ones may be missing. */
export function rowsOf(dataset: Dataset, names?: readonly string[], optional: readonly string[] = []) {
  const columns = columnsOf(dataset, names);
  const required = columns.map(({ name }) => name).filter((name) => !optional.includes(name));
  const properties = Object.fromEntries(columns.map((column) => [column.name, columnSchema(column)]));
  return listOf({ type: 'object', properties, required, additionalProperties: false }, dataset.description);
}

function columnSchema(column: Column): object {
  const description = column.unit ? `${column.description} (${column.unit})` : column.description;
  return { type: isNullable(column) ? [jsonType(column), 'null'] : jsonType(column), description };
}

function jsonType({ type }: Column): string {
  if (type === 'Bool') return 'boolean';
  if (type === 'UInt64') return 'integer';
  return type === 'Float64' || type === 'Nullable(Float64)' ? 'number' : 'string';
}
