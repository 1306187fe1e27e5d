import { GatewayError } from '../../../../../src/client/gateway-error';

/** Fields of a form for a template's `config_schema`: plain ones as they are, all else as JSON. */
export interface ConfigField {
  name: string;
  kind: 'text' | 'number' | 'yes-no' | 'choice' | 'json';
  choices: readonly string[];
  hint: string;
  isRequired: boolean;
  /** Written only: the gateway never shows it again. */
  isSecret: boolean;
  /** What it is when nobody says otherwise. */
  preset: string;
}

/** What is typed, by field. Of secrets and numbers too: a form has texts. */
export type Texts = Record<string, string>;
type Schema = Record<string, unknown>;

const isObject = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value);

export function fieldsOf(schema: unknown): ConfigField[] {
  const { properties, required } = isObject(schema) ? schema : {};
  const needed = Array.isArray(required) ? required : [];
  const entries = Object.entries(isObject(properties) ? properties : {});
  return entries.map(([name, part]) => fieldOf(name, isObject(part) ? part : {}, needed.includes(name)));
}

function fieldOf(name: string, schema: Schema, isRequired: boolean): ConfigField {
  const { description, title, enum: choices } = schema;
  const hint = [title, description].filter((text) => typeof text === 'string').join('. ');
  const choice = Array.isArray(choices) && choices.every((one) => typeof one === 'string') ? choices : [];
  const isSecret = schema['writeOnly'] === true || schema['format'] === 'password'; // as the gateway takes them
  return { name, kind: kindOf(schema, choice), choices: choice, hint, isRequired, isSecret, preset: textOf(schema['default']) };
}

function kindOf({ type }: Schema, choices: readonly string[]): ConfigField['kind'] {
  if (choices.length > 0) return 'choice';
  if (type === 'boolean') return 'yes-no';
  if (type === 'string') return 'text';
  return type === 'number' || type === 'integer' ? 'number' : 'json';
}

/** A value as a form has it. */
export function textOf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * The config of what was typed; what is empty is left out.
 * @param kept secrets that are stored, and stay where their fields are empty
 * @throws GatewayError that names every field with something wrong, so that nobody mends one after another
 */
export function configOf(fields: readonly ConfigField[], texts: Texts, kept: readonly string[] = []): Record<string, unknown> {
  const read = fields.map((field) => ({
    name: field.name,
    ...valueOf(field, texts[field.name] ?? '', kept.includes(field.name)),
  }));
  const invalidFields = read.flatMap(({ name, problem }) => (problem ? [{ loc: [name], msg: problem, type: 'form' }] : []));
  if (invalidFields.length > 0) throw new GatewayError('Some values are missing or wrong.', { errorCode: 'FORM', invalidFields });
  return Object.fromEntries(read.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])));
}

function valueOf({ kind, isRequired }: ConfigField, text: string, isKept: boolean): { value?: unknown; problem?: string } {
  if (text.trim() === '') return isRequired && !isKept ? { problem: 'It is needed.' } : {};
  if (kind === 'text' || kind === 'choice') return { value: text };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { problem: kind === 'number' ? 'Give a number.' : 'This is no JSON.' };
  }
}
