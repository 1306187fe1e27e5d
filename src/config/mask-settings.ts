import { isSecretName, MASK, maskTokens, maskUrls } from '../common/mask-url.js';
import type { ConfigValues } from './app-config.js';

const SECRET_NAME = /secret|password|token|api_?key/i;
/** What a template passes to an upstream server is often a credential, whatever its name. */
const SECRET_MAPS = new Set(['env', 'headers']);
/** Where a JSON Schema holds a value. */
const SCHEMA_VALUES = new Set(['default', 'const', 'enum', 'examples']);

/** The settings without secrets: passwords, credentials, and whatever URLs and arguments of programs hold of them. */
export function maskSettings(values: ConfigValues): ConfigValues {
  return masked(values, '') as ConfigValues;
}

function masked(value: unknown, name: string): unknown {
  if (typeof value === 'string') return SECRET_NAME.test(name) ? MASK : maskUrls(value);
  if (Array.isArray(value)) return name === 'args' ? maskedArgs(value as string[]) : value.map((item) => masked(item, name));
  if (typeof value !== 'object' || value === null) return value;
  const isSecret = isSecretSchema(value, name);
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => {
      if (isSecret && SCHEMA_VALUES.has(key)) return [key, MASK];
      return [key, masked(child, SECRET_MAPS.has(name) ? 'secret' : key)];
    }),
  );
}

/** Of a property that holds a secret, or is named like one. */
const isSecretSchema = (value: object, name: string): boolean =>
  ('writeOnly' in value && value.writeOnly === true) ||
  ('format' in value && value.format === 'password') ||
  ('type' in value && SECRET_NAME.test(name));

/** `--token=x`, `TOKEN=x`, `--token x`, and words that look like tokens wherever they stand. */
function maskedArgs(args: string[]): string[] {
  return args.map((arg, n) => {
    const [, name, value] = /^([^=]*)=(.*)$/s.exec(arg) ?? [];
    if (name !== undefined && isSecretName(name)) return `${name}=${maskedValue(value!)}`;
    const before = args[n - 1] ?? '';
    const isValue = before.startsWith('-') && !before.includes('=') && isSecretName(before) && !arg.startsWith('-');
    return isValue ? maskedValue(arg) : maskTokens(maskUrls(arg));
  });
}

/** A placeholder says where the value comes from, and nothing of it. */
const maskedValue = (value: string): string => (/^\$\{[^}]*\}$/.test(value) ? value : MASK);
