import type { ConfigValues } from './app-config.js';

const MASK = '…';
const SECRET_NAME = /secret|password|token|api_?key/i;
/** What a template passes to an upstream server is often a credential, whatever its name. */
const SECRET_MAPS = new Set(['env', 'headers']);

/** The settings without secrets, passwords, and passwords in URLs. */
export function maskSettings(values: ConfigValues): ConfigValues {
  return masked(values, '') as ConfigValues;
}

function masked(value: unknown, name: string): unknown {
  if (typeof value === 'string') return SECRET_NAME.test(name) ? MASK : withoutPassword(value);
  if (Array.isArray(value)) return value.map((item) => masked(item, name));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, child]) => [key, masked(child, SECRET_MAPS.has(name) ? 'secret' : key)]);
  return Object.fromEntries(entries);
}

/** Also removes one in the query, which both databases accept. */
function withoutPassword(url: string): string {
  return url.replace(/(:\/\/[^/@]*?:)[^@/]*@/, `$1${MASK}@`).replace(/([?&]password=)[^&]*/g, `$1${MASK}`);
}
