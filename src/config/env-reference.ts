import { z } from 'zod';
import { isObject } from '../common/json.js';
import { plainWords } from './setting-words.js';

/** `${env:NAME}`: what the variable NAME of the gateway's environment says. As the source of a regular expression with one group. */
export const ENV_REFERENCE = String.raw`\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}`;

const WHOLE = new RegExp(`^${ENV_REFERENCE}$`);

/** Whether a variable that a setting refers to is there; one that is empty is. */
export const isSet = (name: string, env: NodeJS.ProcessEnv): boolean => env[name] !== undefined;

/** What is said of a variable that is not. */
export const notSet = (name: string): string => `the environment variable ${name} is not set`;

/** Whether a value is nothing but a reference. */
export const isReference = (written: unknown): boolean => typeof written === 'string' && WHOLE.test(written);

/** The variables that are whole values in what is written. */
export function wholeReferences(written: unknown): string[] {
  if (typeof written === 'string') return WHOLE.exec(written)?.slice(1) ?? [];
  if (typeof written !== 'object' || written === null) return [];
  return [...new Set(Object.values(written).flatMap(wholeReferences))];
}

/** Fills references in wherever one is a whole value. What is not set stays. */
export function withVariables(written: unknown, env: NodeJS.ProcessEnv): unknown {
  if (typeof written === 'string') return env[WHOLE.exec(written)?.[1] ?? ''] ?? written;
  if (Array.isArray(written)) return written.map((item) => withVariables(item, env));
  if (typeof written !== 'object' || written === null) return written;
  return Object.fromEntries(Object.entries(written).map(([name, item]) => [name, withVariables(item, env)]));
}

/** What is shown of settings: the reference wherever one was written, and never what the variable says. */
export function asWritten<Value>(value: Value, written: unknown): Value {
  if (isReference(written)) return written as Value;
  if (Array.isArray(value)) return value.map((item, n): unknown => asWritten(item, (written as unknown[])?.[n])) as Value;
  if (!isObject(value) || !isObject(written)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, asWritten(item, written[name])])) as Value;
}

/** Where references stand in settings, and the variables they name. */
export function referencesIn(settings: unknown, path: readonly string[] = []): { path: readonly string[]; name: string }[] {
  if (typeof settings === 'string') return wholeReferences(settings).map((name) => ({ path, name }));
  if (typeof settings !== 'object' || settings === null) return [];
  return Object.entries(settings).flatMap(([key, item]) => referencesIn(item, [...path, key]));
}

/** A text that may come from a variable: one that is still a reference is right for now, and `loadConfig` says what is not set. */
export const fromVariable = <Schema extends z.ZodType<string, string>>(schema: Schema) =>
  z.string().transform((text, context): string => {
    if (isReference(text)) return text;
    const { error } = schema.safeParse(text, { error: plainWords });
    for (const { message } of error?.issues ?? []) context.addIssue({ code: 'custom', message });
    return text;
  });
