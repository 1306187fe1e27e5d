import { configure } from 'safe-stable-stringify';

/** A JSON object: neither null nor an array. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What stands at a path such as `log.level`; undefined where nothing does. */
export const valueAt = (object: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((outer, name) => (isObject(outer) && Object.hasOwn(outer, name) ? outer[name] : undefined), object);

/** The object without its members that are null, which is as good as nothing; the same one where there are none. */
export function withoutNulls(object: Record<string, unknown>): Record<string, unknown> {
  for (const name in object)
    if (object[name] === null) return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
  return object;
}

/** Takes out of a value the members that are null where its JSON Schema takes no null. Whether there was one. */
export function dropNulls({ properties, items }: Record<string, unknown>, value: unknown): boolean {
  if (Array.isArray(value)) return isObject(items) && value.map((one) => dropNulls(items, one)).includes(true);
  if (!isObject(value) || !isObject(properties)) return false;
  const dropped = Object.entries(value).map(([name, one]) => {
    const schema = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (!isObject(schema)) return false;
    return one === null && !takesNull(schema) ? delete value[name] : dropNulls(schema, one);
  });
  return dropped.includes(true);
}

const takesNull = ({ type, enum: values }: Record<string, unknown>): boolean =>
  type === undefined ? !Array.isArray(values) || values.includes(null) : [type].flat().includes('null');

const stringify = configure({ deterministic: true, circularValue: Error });

/**
 * JSON whose members are in one order however the value was written, so that equal values are equal texts.
 * @throws Error for a value that refers to itself.
 */
export const canonicalJson = (value: unknown): string => stringify(value) ?? 'null';

/** An object of members that are JSON already; those that are undefined are left out. Copies no text: engines join strings lazily. */
export function jsonObject(members: Record<string, string | undefined>): string {
  let json = '';
  for (const name in members) {
    const member = members[name];
    if (member !== undefined) json += `${json && ','}${JSON.stringify(name)}:${member}`;
  }
  return `{${json}}`;
}

/** Freezes an object, and all that is in it. */
export function deepFreeze(value: object): void {
  Object.freeze(value);
  for (const child of Object.values(value)) if (typeof child === 'object' && child !== null) deepFreeze(child);
}
