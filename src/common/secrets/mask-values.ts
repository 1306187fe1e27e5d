import { isObject } from '../json.js';
import { AUTH, MASK, maskNamed, maskText, maskTokens, maskValue } from './mask-text.js';
import { describesOther, isSecretName } from './secret-name.js';

/** What stands in such an object or list is often a credential, whatever its name. */
const SECRET_MAPS = /^(envs?|env_?vars|environment|environment_?variables|(http|request|extra|custom|default)?[_-]?headers)$/i;
/** Lists of a program's arguments. */
const ARGUMENTS = /^(args|argv|arguments|command|cmd|entrypoint)$/i;
/** Such a name of a number says how many. */
const COUNTED = /(key|token|secret|credential|cookie|password|code|pin)s$/i;
/** Nothing that is shown is deeper; what a stranger nests deeper is masked whole. */
const DEPTH_MAX = 32;
/** `--token=x`, `TOKEN=x`, `Authorization: x`. */
const NAMED_ARGUMENT = /^([^=:\s]+)(\s*[=:]\s*)(.*)$/s;
/** Before a user and a password, `me:x`. */
const USER_OPTION = /^(-u|--(proxy-)?user)$/;

/** Where a JSON Schema holds schemas by name; where it holds one, or a list of them; and what it says of a value without showing one. */
const SCHEMA_MAPS = new Set(['properties', 'patternProperties', '$defs', 'definitions']);
const SCHEMAS = new Set(['items', 'prefixItems', 'additionalProperties', 'allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else']);
const DESCRIPTION = /^(title|description|type|format|pattern|required|\$ref|\w+Only|deprecated|nullable|(min|max)[A-Z]\w*)$/;

/** Where a value stands. */
interface Place {
  /** Of the value itself, or of the list that it is in. */
  readonly name: string;
  /** Whether it is below a secret's name: all that is there is secret. */
  readonly isSecret: boolean;
  /** What the value is in: nothing that is in itself is shown. */
  readonly around: readonly object[];
}

/**
 * A copy of settings, of a registered config, or of a line's fields, as it may be shown: values with a secret's name are masked, with
 * all that is below them, and so is what URLs, arguments of programs, headers, variables and schemas hold of secrets. What is true or
 * false, and how many there are of something, is never secret.
 */
export const maskValues = <T>(value: T): T => masked(value, { name: '', isSecret: false, around: [] }) as T;

function masked(value: unknown, place: Place): unknown {
  if (typeof value === 'string') return maskedText(value, place);
  if (typeof value === 'number' || typeof value === 'bigint') return isSecretNumber(place) ? MASK : value;
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value) && !isPlain(value)) return isSecretPlace(place) ? MASK : value;
  if (place.around.length >= DEPTH_MAX || place.around.includes(value)) return MASK;
  const inside = { ...place, around: [...place.around, value] };
  if (Array.isArray(value)) return maskedList(value, inside);
  const isSchema = isSecretSchema(value) && !isSecretInside(place);
  return isSchema ? maskedSchema(value, { ...place, isSecret: true }) : maskedObject(value, inside);
}

const isSecretPlace = ({ name, isSecret }: Place) => isSecret || isSecretName(name);

/** Whether all below is secret. */
const isSecretInside = (place: Place) => isSecretPlace(place) || SECRET_MAPS.test(place.name);

const isSecretNumber = (place: Place) => place.isSecret || (isSecretName(place.name) && !COUNTED.test(place.name));

function maskedText(text: string, { name, isSecret }: Place): string {
  if (isSecret) return maskValue(text);
  return isSecretName(name) ? maskNamed(name, text) : maskText(text);
}

/** Any list may hold options: what follows `--token` is secret. */
function maskedList(list: unknown[], place: Place): unknown[] {
  const isSecret = isSecretInside(place);
  return list.map((item, n) => {
    const before: unknown = list[n - 1];
    if (isSecret || isSecretOption(before)) return masked(item, { ...place, isSecret: true });
    return typeof item === 'string' ? maskArgument(item, before, place.name) : masked(item, place);
  });
}

const isSecretOption = (before: unknown) =>
  typeof before === 'string' && before.startsWith('-') && !before.includes('=') && isSecretName(before);

/** `--token=x`, headers, a user with a password, and in a program's arguments words that look like tokens, wherever they stand. */
function maskArgument(argument: string, before: unknown, listName: string): string {
  const [, name, sign, value] = NAMED_ARGUMENT.exec(argument) ?? [];
  if (name !== undefined && isSecretName(name)) return `${name}${sign}${maskNamed(name, value!)}`;
  if (USER_OPTION.test(String(before)) && argument.includes(':')) return argument.replace(/:.*$/s, `:${MASK}`);
  const shown = maskText(argument);
  return ARGUMENTS.test(listName) ? maskTokens(shown) : shown;
}

function maskedObject(value: Record<string, unknown>, place: Place): object {
  const isSecret = isSecretInside(place);
  const isGroup = !place.isSecret && AUTH.test(place.name);
  const label = value['name'] ?? value['key'];
  const isLabelled = typeof label === 'string' && isSecretName(label);
  return mapped(value, (child, name): unknown => {
    if (!isSecret && SCHEMA_MAPS.has(name) && isPlain(child)) return maskedSchemas(child, { ...place, name, isSecret });
    const isHidden = (isSecret && !(isGroup && describesOther(name))) || (isLabelled && name === 'value');
    return masked(child, { ...place, name, isSecret: isHidden });
  });
}

const isSecretSchema = (value: { writeOnly?: unknown; format?: unknown }) =>
  value.writeOnly === true || value.format === 'password';

/** Properties of a JSON Schema, by their names. */
const maskedSchemas = (schemas: object, place: Place): object =>
  mapped(schemas, (schema, name) => {
    const isSecret = isSecretInside({ ...place, name });
    return isPlain(schema) ? maskedSchema(schema, { ...place, name, isSecret }) : masked(schema, { ...place, name });
  });

/** A JSON Schema, which says readably what a secret is, and shows no value of it, such as a default. */
function maskedSchema(schema: Record<string, unknown>, place: Place): unknown {
  if (place.around.length >= DEPTH_MAX || place.around.includes(schema)) return MASK;
  const isSecret = place.isSecret || isSecretSchema(schema);
  const inside = { ...place, isSecret, around: [...place.around, schema] };
  return mapped(schema, (child, name) => {
    if (SCHEMA_MAPS.has(name) && isPlain(child)) return maskedSchemas(child, inside);
    if (SCHEMAS.has(name) && isObject(child)) return maskedSchema(child, inside);
    if (SCHEMAS.has(name) && Array.isArray(child)) return child.map((one) => (isPlain(one) ? maskedSchema(one, inside) : MASK));
    if (!isSecret) return masked(child, { ...inside, name });
    return DESCRIPTION.test(name) ? masked(child, { ...inside, name: '', isSecret: false }) : hidden(child);
  });
}

const hidden = (value: unknown) => (typeof value === 'boolean' || value === null ? value : MASK);

const mapped = (value: object, change: (child: unknown, key: string) => unknown): object =>
  Object.fromEntries(Object.entries(value).map(([key, child]) => [/[:=]/.test(key) ? maskText(key) : key, change(child, key)]));

/** Neither a date nor an error, which show themselves. */
const isPlain = (value: unknown): value is Record<string, unknown> =>
  isObject(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);
