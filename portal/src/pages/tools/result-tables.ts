type Row = Readonly<Record<string, unknown>>;

/** An array of objects, as a table. */
export interface ResultTable {
  /** The name of the member that has it; empty where the whole answer is one. */
  title: string;
  columns: string[];
  rows: readonly Row[];
}

export interface StructuredResult {
  tables: ResultTable[];
  /** All else, by name. */
  others: [string, string][];
}

const isObject = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);
const isTable = (value: unknown): value is Row[] => Array.isArray(value) && value.length > 0 && value.every(isObject);

/** A structured answer for people: what is an array of objects as a table, all else as values. */
export function structuredResult(value: unknown): StructuredResult {
  if (isTable(value)) return { tables: [tableOf('', value)], others: [] };
  const members = isObject(value) ? Object.entries(value) : [['value', value] as const];
  return {
    tables: members.flatMap(([name, member]) => (isTable(member) ? [tableOf(name, member)] : [])),
    others: members.flatMap(([name, member]) => (isTable(member) ? [] : [[name, shown(member)] as [string, string]])),
  };
}

function tableOf(title: string, rows: readonly Row[]): ResultTable {
  return { title, columns: [...new Set(rows.flatMap((row) => Object.keys(row)))], rows };
}

/** A value in a cell. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
