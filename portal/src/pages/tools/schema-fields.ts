export type JsonSchema = Readonly<Record<string, unknown>>;

export type FieldKind = 'text' | 'date' | 'number' | 'integer' | 'flag' | 'choice' | 'list' | 'choices' | 'group' | 'json';

/** What a form asks for one argument. */
export interface FormField {
  name: string;
  kind: FieldKind;
  description: string;
  isRequired: boolean;
  /** As text, of an argument that is left out. */
  defaultText: string;
  /** Of `choice` and `choices`. */
  options: readonly unknown[];
  /** Of `list`: what each line is. */
  itemKind: 'text' | 'number' | 'integer';
  /** Of `group`. */
  fields: readonly FormField[];
  minimum?: number;
  maximum?: number;
  maxLength?: number;
}

/** The name of the one field that stands for all arguments, where a schema does not say them one by one. */
export const ALL_ARGUMENTS = '';
const DATE_PATTERN = /^\^?(\[0-9\]|\\d)\{4\}-(\[0-9\]|\\d)\{2\}-(\[0-9\]|\\d)\{2\}\$?$/;
const NESTED_MAX = 3;

const isObject = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null && !Array.isArray(value);
const isScalar = (value: unknown): boolean => value === null || typeof value !== 'object';
const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** What to ask for the arguments of a tool, in the schema's order, what is needed first. */
export function fieldsOf(schema: JsonSchema): FormField[] {
  const { properties } = schema;
  const isCombined = ['oneOf', 'anyOf', 'allOf', '$ref', 'if'].some((word) => word in schema);
  if (isCombined || (!isObject(properties) && schema['additionalProperties'] !== false)) return [wholeField(schema)];
  return fieldsIn(schema, schema, 0);
}

const wholeField = (schema: JsonSchema): FormField => ({ ...fieldOf(ALL_ARGUMENTS, {}, schema, 0), kind: 'json' });

function fieldsIn(schema: JsonSchema, root: JsonSchema, depth: number): FormField[] {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const fields = Object.entries(properties).map(([name, property]) => ({
    ...fieldOf(name, isObject(property) ? property : {}, root, depth),
    isRequired: required.includes(name),
  }));
  return [...fields.filter(({ isRequired }) => isRequired), ...fields.filter(({ isRequired }) => !isRequired)];
}

function fieldOf(name: string, given: JsonSchema, root: JsonSchema, depth: number): FormField {
  const schema = resolved(given, root);
  const [minimum, maximum, maxLength] = [schema['minimum'], schema['maximum'], schema['maxLength']].map(numberOf);
  const description = given['description'] ?? schema['description'];
  return {
    name,
    description: typeof description === 'string' ? description : '',
    isRequired: false,
    defaultText: 'default' in given && given['default'] !== null ? textOf(given['default']) : '',
    ...{ options: [], itemKind: 'text', fields: [] },
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
    ...(maxLength !== undefined && { maxLength }),
    ...shapeOf(schema, root, depth),
  };
}

type Shape = Pick<FormField, 'kind'> & Partial<FormField>;

function shapeOf(schema: JsonSchema, root: JsonSchema, depth: number): Shape {
  const options = optionsOf(schema);
  if (options) return { kind: 'choice', options };
  switch (typeOf(schema)) {
    case 'string':
      return { kind: isDate(schema) ? 'date' : 'text' };
    case 'number':
      return { kind: 'number' };
    case 'integer':
      return { kind: 'integer' };
    case 'boolean':
      return { kind: 'flag' };
    case 'array':
      return listOf(schema, root);
    case 'object':
      return groupOf(schema, root, depth);
    default:
      return { kind: 'json' };
  }
}

function listOf({ items }: JsonSchema, root: JsonSchema): Shape {
  const item = isObject(items) ? resolved(items, root) : {};
  const options = optionsOf(item);
  if (options) return { kind: 'choices', options };
  const type = typeOf(item);
  if (type === 'string') return { kind: 'list', itemKind: 'text' };
  return type === 'number' || type === 'integer' ? { kind: 'list', itemKind: type } : { kind: 'json' };
}

function groupOf(schema: JsonSchema, root: JsonSchema, depth: number): Shape {
  if (!isObject(schema['properties']) || depth >= NESTED_MAX) return { kind: 'json' };
  return { kind: 'group', fields: fieldsIn(schema, root, depth + 1) };
}

/** Of an enumeration of scalars; null is what is left out, not a choice. */
function optionsOf(schema: JsonSchema): unknown[] | undefined {
  if ('const' in schema && isScalar(schema['const'])) return [schema['const']];
  const values = schema['enum'];
  return Array.isArray(values) && values.every(isScalar) ? values.filter((value) => value !== null) : undefined;
}

/** `["string", "null"]` is a string that may be left out. */
function typeOf({ type }: JsonSchema): unknown {
  if (!Array.isArray(type)) return type;
  const types = type.filter((one) => one !== 'null');
  return types.length === 1 ? types[0] : undefined;
}

const isDate = ({ format, pattern }: JsonSchema): boolean =>
  format === 'date' || (typeof pattern === 'string' && DATE_PATTERN.test(pattern));

/** With what a reference within the document means, and without the alternative null that makes an argument optional. */
function resolved(schema: JsonSchema, root: JsonSchema, depth = 0): JsonSchema {
  const next = depth < NESTED_MAX ? (referred(schema, root) ?? onlyAlternative(schema)) : undefined;
  return next ? resolved(next, root, depth + 1) : schema;
}

function referred({ $ref }: JsonSchema, root: JsonSchema): JsonSchema | undefined {
  if (typeof $ref !== 'string' || !$ref.startsWith('#/')) return undefined;
  let found: unknown = root;
  for (const part of $ref.slice(2).split('/')) found = isObject(found) && Object.hasOwn(found, part) ? found[part] : undefined;
  return isObject(found) ? found : undefined;
}

function onlyAlternative(schema: JsonSchema): JsonSchema | undefined {
  const all = schema['anyOf'] ?? schema['oneOf'];
  if (!Array.isArray(all)) return undefined;
  const others = all.filter((one) => !isObject(one) || one['type'] !== 'null');
  return others.length === 1 && isObject(others[0]) ? others[0] : undefined;
}
