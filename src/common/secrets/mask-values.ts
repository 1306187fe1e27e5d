import { isObject } from '../json.js';
import { MASK, maskText, maskTokens, maskValue } from './mask-text.js';
import { isSecretName } from './secret-name.js';

/** What stands in such an object is often a credential, whatever its name. */
const SECRET_MAPS = /^(env|environment|headers|secrets|credentials|passwords|tokens|cookies)$/i;
/** Lists of a program's arguments. */
const ARGUMENTS = /^(args|argv|arguments)$/i;
/** Where a JSON Schema holds a value. */
const SCHEMA_VALUES = new Set(['default', 'const', 'enum', 'examples']);
/** Nothing that is shown is deeper; what a stranger nests deeper is masked whole. */
const DEPTH_MAX = 32;
/** `--token=x`, `TOKEN=x`, `Authorization: x`. */
const NAMED_ARGUMENT = /^([^=:\s]+)(\s*[=:]\s*)(.*)$/s;

/**
 * A copy of settings, of a registered config, or of a line's fields, as it may be shown: values with a secret's name are masked, and so is
 * what URLs, arguments of programs, headers, variables and schemas hold of secrets. Numbers are never secret.
 */
export const maskValues = <T>(value: T): T => masked(value, '', []) as T;

/** @param around What the value is in: nothing that is in itself is shown. */
function masked(value: unknown, name: string, around: readonly object[]): unknown {
  if (typeof value === 'string') return isSecretName(name) ? maskValue(value) : maskText(value);
  if (!Array.isArray(value) && !isPlain(value)) return value;
  if (around.length >= DEPTH_MAX || around.includes(value)) return MASK;
  return Array.isArray(value) ? maskedList(value, name, [...around, value]) : maskedObject(value, name, [...around, value]);
}

function maskedList(list: unknown[], name: string, around: readonly object[]): unknown[] {
  const areArguments = ARGUMENTS.test(name) && list.every((item) => typeof item === 'string');
  return areArguments ? maskArguments(list) : list.map((item) => masked(item, name, around));
}

function maskedObject(value: Record<string, unknown>, name: string, around: readonly object[]): object {
  const { writeOnly, format } = value;
  if (writeOnly === true || format === 'password') return maskedSchema(value, true, around);
  const isMap = SECRET_MAPS.test(name);
  return mapped(value, (child, key) => {
    if (name === 'properties' && isPlain(child)) return maskedSchema(child, isSecretName(key), around);
    return masked(child, isMap ? 'secret' : key, around);
  });
}

/** A property of a JSON Schema. */
function maskedSchema(schema: Record<string, unknown>, isNamedSecret: boolean, around: readonly object[]): object {
  const isSecret = isNamedSecret || schema['writeOnly'] === true || schema['format'] === 'password';
  return mapped(schema, (child, key) => (isSecret && SCHEMA_VALUES.has(key) ? MASK : masked(child, key, around)));
}

/** The arguments of a program: `--token=x`, `--token x`, headers, and words that look like tokens wherever they stand. */
function maskArguments(args: string[]): string[] {
  return args.map((arg, place) => {
    const [, name, sign, value] = NAMED_ARGUMENT.exec(arg) ?? [];
    if (name !== undefined && isSecretName(name)) return `${name}${sign}${maskValue(value!)}`;
    const before = args[place - 1] ?? '';
    const isValue = before.startsWith('-') && !before.includes('=') && isSecretName(before) && !arg.startsWith('-');
    return isValue ? maskValue(arg) : maskTokens(maskText(arg));
  });
}

const mapped = (value: object, change: (child: unknown, key: string) => unknown): object =>
  Object.fromEntries(Object.entries(value).map(([key, child]) => [key, change(child, key)]));

/** Neither a date nor an error, which show themselves. */
const isPlain = (value: unknown): value is Record<string, unknown> =>
  isObject(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);
