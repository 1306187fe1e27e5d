/** One statement as it came over HTTP, taken apart. */
export interface Statement {
  /** SQL, for an INSERT with its rows after it. */
  text: string;
  /** Of the answer, where the statement names none. */
  format: string;
  /** For this statement alone, as text. */
  settings: Record<string, string>;
  /** Of `{name:Type}` placeholders, escaped as in TabSeparated. */
  parameters: Record<string, string>;
}

const PARAMETER = 'param_';
/** What the HTTP interface itself understands; every answer here is whole before it begins, as `wait_end_of_query=1` asks. */
const INTERFACE = new Set(['query', 'query_id', 'default_format', 'wait_end_of_query']);
const INSERT_WITH_ROWS = /^\s*INSERT\b.*\bFORMAT\s+\w+\s*$/is;

/** A name, quoted or not, or a placeholder of one. */
const NAME = String.raw`(?:\w+|"[^"\\]+"|\x60[^\x60\\]+\x60|\{\w+:Identifier\})`;
const TABLE = String.raw`${NAME}(?:\.${NAME})?`;
/** What a partition or a part is called: a number, a text, or several of them. */
const PART = String.raw`(?:ID\s+)?(?:\w+|'[^'\\]*'|(?:tuple)?\([\w\s,'-]*\)|\{\w+:\w+\})`;
/** All that gives room back, or takes none, and is of use on a full disk. The whole of a statement: nothing may follow. */
const FREES = new RegExp(
  String.raw`^\s*(?:DROP\s+(?:TABLE|VIEW|DATABASE)\s+(?:IF\s+EXISTS\s+)?${TABLE}|TRUNCATE\s+(?:TABLE\s+)?(?:IF\s+EXISTS\s+)?${TABLE}` +
    String.raw`|ALTER\s+TABLE\s+${TABLE}\s+DROP\s+(?:PARTITION|PART)\s+${PART}|DETACH\s+TABLE\s+${TABLE}` +
    String.raw`|SYSTEM\s+STOP\s+[\w\s.]+|KILL\s+(?:QUERY|MUTATION)\s+WHERE\s[^;]+)(?:\s+(?:SYNC|ASYNC))?\s*;?\s*$`,
  'i',
);
const READS = /^\s*(SELECT|WITH|SHOW|DESC|DESCRIBE|EXPLAIN|EXISTS)\b/i;

/** ClickHouse's HTTP interface: the statement is `query` and the body, one after the other; what is not known is a setting. */
export function statementOf(search: URLSearchParams, body: string): Statement {
  const query = search.get('query');
  const text = [query, body].filter(Boolean).join('\n');
  const statement: Statement = { text, format: search.get('default_format') ?? 'TabSeparated', settings: {}, parameters: {} };
  for (const [name, value] of search) {
    if (name.startsWith(PARAMETER)) statement.parameters[name.slice(PARAMETER.length)] = value;
    else if (!INTERFACE.has(name)) statement.settings[name] = value;
  }
  return statement;
}

/** `INSERT … FORMAT …` without a row. The embedded engine takes it for a mistake; for a server there is nothing to do. */
export const insertsNothing = ({ text }: Statement): boolean => INSERT_WITH_ROWS.test(text);

/** Whether it only reads: then nobody needs its end once the caller has gone. */
export const onlyReads = ({ text }: Statement): boolean => READS.test(text);

/** Whether it may take room on the disk. What makes room, such as `DROP TABLE` and `ALTER TABLE … DROP PARTITION`, does not count. */
export const mayWrite = (statement: Statement): boolean => !onlyReads(statement) && !FREES.test(statement.text);

/**
 * SQL that sets everything first and runs the statement then, on a connection that nothing else has used.
 * `readonly` comes last, since nothing can be set after it. @throws Error for a name that is none.
 */
export function scriptOf({ text, settings, parameters }: Statement, marker: string): string {
  const { readonly, ...others } = settings;
  const sets = [
    assignment('log_comment', marker),
    ...Object.entries(others).map(([name, value]) => assignment(name, value)),
    ...Object.entries(parameters).map(([name, value]) => assignment(PARAMETER + name, value)),
  ];
  // One statement, since each costs about as much as a small SELECT.
  const lock = readonly === undefined ? '' : `SET ${assignment('readonly', readonly)};`;
  return `SET ${sets.join(',')};${lock}${text}`;
}

function assignment(name: string, value: string): string {
  if (!/^\w+$/.test(name)) throw new Error(`Not the name of a setting or a parameter: ${JSON.stringify(name)}`);
  return `${name}=${sqlText(value)}`;
}

/** A string literal. */
export const sqlText = (value: string): string => `'${value.replace(/[\\']/g, '\\$&')}'`;
