import { isObject } from '../../../common/json.js';
import { itemsOf, membersOf, objectOf, type JsonMembers } from '../../../common/json-text/json-members.js';

/** What of a value clients can read, as its text; undefined where that is nothing. What they can read whole is the text it came in. */
type Reader = (value: unknown, json: string) => string | undefined;

const where =
  (isReadable: (value: unknown) => boolean): Reader =>
  (value, json) =>
    isReadable(value) ? json : undefined;
const oneOf = (...known: string[]): Reader => where((value) => known.includes(value as string));

const text = where((value) => typeof value === 'string');
const flag = where((value) => typeof value === 'boolean');
const number = where((value) => typeof value === 'number');
const share = where((value) => typeof value === 'number' && value >= 0 && value <= 1);
const time = where((value) => typeof value === 'string' && TIME.test(value) && !Number.isNaN(Date.parse(value)));
const anything = where(() => true);
/** Of any value: true and false are schemas that take everything and nothing, for which older clients want the long words. */
const subschema: Reader = (value, json) => (isObject(value) ? json : value === false ? '{"not":{}}' : '{}');
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

/** A list of those items that can be read. */
const listOf =
  (read: Reader): Reader =>
  (value, json) => {
    if (!Array.isArray(value)) return undefined;
    const texts = itemsOf(json);
    const kept = value.map((item, place) => read(item, texts[place]!));
    return kept.every((item, place) => item === texts[place]) ? json : `[${kept.filter((item) => item !== undefined).join(',')}]`;
  };

/** An object of those members that can be read; nothing without one that it needs. */
const objectWith =
  (readers: Readonly<Record<string, Reader>>, others: Reader = anything, ...needed: string[]): Reader =>
  (value, json) => {
    if (!isObject(value)) return undefined;
    const texts = membersOf(json);
    const kept = [...texts].map(([name, member]) => [name, readerOf(readers, name, others)(value[name], member)] as const);
    if (needed.some((name) => !kept.some(([one, member]) => one === name && member !== undefined))) return undefined;
    if (kept.every(([name, member]) => member === texts.get(name))) return json;
    return objectOf(kept.filter((entry): entry is readonly [string, string] => entry[1] !== undefined));
  };

const readerOf = (readers: Readonly<Record<string, Reader>>, name: string, others: Reader): Reader =>
  Object.hasOwn(readers, name) ? readers[name]! : others;

/** Null is as good as nothing. */
const unlessNull = where((value) => value !== null);
const SCHEMA = { $schema: text, properties: objectWith({}, subschema), required: listOf(text) };
const ANNOTATIONS = {
  ...{ title: text, readOnlyHint: flag, destructiveHint: flag, idempotentHint: flag, openWorldHint: flag },
  ...{ audience: listOf(oneOf('user', 'assistant')), priority: share, lastModified: time },
};
const ICON = { src: text, mimeType: text, sizes: listOf(text), theme: oneOf('light', 'dark') };
const ARGUMENT = { name: text, title: text, description: text, required: flag };

/** Members of tools, resources, templates and prompts, and what clients insist on in them: for one that they cannot read they refuse the whole list. */
const DEFINITION: Readonly<Record<string, Reader>> = {
  title: text,
  description: text,
  mimeType: text,
  size: number,
  annotations: objectWith(ANNOTATIONS),
  execution: objectWith({ taskSupport: oneOf('forbidden', 'optional', 'required') }),
  icons: listOf(objectWith(ICON, anything, 'src')),
  arguments: listOf(objectWith(ARGUMENT, anything, 'name')),
  outputSchema: objectWith(SCHEMA),
  _meta: objectWith({}),
};

const KNOWN = new Set(['name', 'uri', 'uriTemplate', 'inputSchema', ...Object.keys(DEFINITION)]);
/** As loosely as readers compare names: `ſ` and `s` are one letter to some. */
const folded = (name: string): string => name.toUpperCase().toLowerCase();
const KNOWN_IN_ANY_CASE = new Set([...KNOWN].map(folded));

/** Some clients read members in whatever case: a second `Description` would be theirs, and what was approved another. */
const isLookalike = (name: string): boolean => !KNOWN.has(name) && KNOWN_IN_ANY_CASE.has(folded(name));

/** The members of a definition, each as the text it came in, without what of them clients could not read, or would read as another. */
export function readableMembers(definition: Record<string, unknown>, json: string): JsonMembers {
  const members = [...membersOf(json)]
    .filter(([name]) => !isLookalike(name))
    .map(([name, member]) => [name, readerOf(DEFINITION, name, unlessNull)(definition[name], member)] as const);
  return Object.fromEntries(members);
}

const input = objectWith({ ...SCHEMA, type: oneOf('object') }, unlessNull, 'type');

/** The input schema of a tool, which is of an object, whatever it says. @param json Its text, if there is one */
export function readableInputSchema(schema: unknown, json: string | undefined): string {
  if (!isObject(schema) || json === undefined) return '{"type":"object"}';
  const readable = input(schema, json);
  if (readable !== undefined) return readable;
  const untyped = objectWith({ ...SCHEMA, type: () => undefined }, unlessNull)(schema, json)!;
  return /^\{\s*\}$/.test(untyped) ? '{"type":"object"}' : untyped.replace(/^\{\s*/, '{"type":"object",');
}
