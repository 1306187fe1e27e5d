import { ALL_ARGUMENTS, textOf, type FormField } from './schema-fields';

/** What somebody entered, by field: text as it was typed, lists of choices, or the values of a group. Empty is left out. */
export type FormValues = { [name: string]: FormValue };
export type FormValue = string | string[] | FormValues;

export interface FormArguments {
  arguments: Record<string, unknown>;
  /** What is wrong, by the path of its field, e.g. `range.from`. */
  problems: Record<string, string>;
}

/** A form with nothing entered: what has a default is left out, so that it stays the tool's. */
export function emptyValues(fields: readonly FormField[]): FormValues {
  return Object.fromEntries(fields.map((field) => [field.name, emptyValue(field)]));
}

function emptyValue({ kind, fields }: FormField): FormValue {
  if (kind === 'choices') return [];
  return kind === 'group' ? emptyValues(fields) : '';
}

/** The arguments that a form means. */
export function argumentsOf(fields: readonly FormField[], values: FormValues): FormArguments {
  const problems = bare<string>();
  const read = objectOf(fields, values, '', problems);
  const whole = fields.find(({ name }) => name === ALL_ARGUMENTS) ? read[ALL_ARGUMENTS] : undefined;
  return { arguments: whole === undefined ? without(read, ALL_ARGUMENTS) : (whole as Record<string, unknown>), problems };
}

/** A server says what its arguments are called, `constructor` and `__proto__` too: what is looked up here by name has no prototype. */
const bare = <Value>() => Object.create(null) as Record<string, Value>;

const without = (object: Record<string, unknown>, name: string) =>
  Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));

function objectOf(fields: readonly FormField[], values: FormValues, within: string, problems: Record<string, string>) {
  const read = bare<unknown>();
  for (const field of fields) {
    const path = within + field.name;
    const value = valueOf(field, values[field.name] ?? '', path, problems);
    if (value !== undefined) read[field.name] = value;
    else if (field.isRequired) problems[path] ??= field.kind === 'choices' ? 'Choose at least one.' : 'This is needed.';
  }
  return read;
}

function valueOf(field: FormField, value: FormValue, path: string, problems: Record<string, string>): unknown {
  if (field.kind === 'group') return groupOf(field, value as FormValues, path, problems);
  if (field.kind === 'choices') return choicesOf(field, value as string[]);
  if (field.kind === 'list') return listOf(field, linesOf(value as string), path, problems);
  const text = value as string;
  if (field.kind === 'text' ? text === '' : text.trim() === '') return undefined;
  const read = scalarOf(field, text);
  if ('problem' in read) problems[path] = read.problem;
  return 'problem' in read ? null : read.value;
}

/** An optional group in which nothing was entered is left out, whatever would be needed in it. */
function groupOf(field: FormField, values: FormValues, path: string, problems: Record<string, string>): unknown {
  const inner = bare<string>();
  const read = objectOf(field.fields, values, `${path}.`, inner);
  if (Object.keys(read).length === 0 && !field.isRequired) return undefined;
  Object.assign(problems, inner);
  return read;
}

function choicesOf({ options }: FormField, chosen: readonly string[]): unknown[] | undefined {
  const found = options.filter((option) => chosen.includes(textOf(option)));
  return found.length > 0 ? found : undefined;
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

function listOf(field: FormField, lines: string[], path: string, problems: Record<string, string>): unknown[] | undefined {
  if (lines.length === 0) return undefined;
  return lines.map((line) => {
    const read = scalarOf({ ...field, kind: field.itemKind }, line);
    if ('problem' in read) problems[path] = `${line}: ${read.problem}`;
    return 'problem' in read ? null : read.value;
  });
}

type Read = { value: unknown } | { problem: string };

function scalarOf(field: FormField, text: string): Read {
  switch (field.kind) {
    case 'number':
    case 'integer':
      return numberIn(field, text);
    case 'flag':
      return { value: text === 'true' };
    case 'choice':
      return { value: field.options.find((option) => textOf(option) === text) ?? text };
    case 'json':
      return jsonIn(field, text);
    default:
      return { value: text };
  }
}

function numberIn({ kind, minimum = -Infinity, maximum = Infinity }: FormField, text: string): Read {
  const value = Number(text);
  if (!Number.isFinite(value)) return { problem: 'This is not a number.' };
  if (kind === 'integer' && !Number.isSafeInteger(value)) return { problem: 'This must be a whole number.' };
  if (value < minimum) return { problem: `At least ${minimum}.` };
  return value > maximum ? { problem: `At most ${maximum}.` } : { value };
}

function jsonIn({ name }: FormField, text: string): Read {
  try {
    const value = JSON.parse(text) as unknown;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return name === ALL_ARGUMENTS && !isObject ? { problem: 'The arguments are a JSON object.' } : { value };
  } catch (error) {
    return { problem: `This is not JSON: ${(error as Error).message}` };
  }
}
