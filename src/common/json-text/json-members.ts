import { CLOSE_LIST, CLOSE_OBJECT, endOfString, OPEN_LIST, OPEN_OBJECT, QUOTE } from './json-depth.js';

/** Members of a JSON object, each as a text; those that are undefined are not there. */
export type JsonMembers = Readonly<Record<string, string | undefined>>;

const SCALAR = /[^\s,\]}]*/y;
const SPACE = /\s*/y;

/**
 * The members of an object as the texts they came in, in their order. Of two with one name the later counts, as for `JSON.parse`.
 * @param json Valid JSON: what `JSON.parse` takes. Read once, in linear time
 */
export function membersOf(json: string): Map<string, string> {
  const members = new Map<string, string>();
  for (let at = after(SPACE, json, json.indexOf('{') + 1); json[at] === '"'; at = next(json, at)) {
    const behindName = endOfString(json, at);
    const from = after(SPACE, json, json.indexOf(':', behindName) + 1);
    const to = endOfValue(json, from);
    members.set(nameOf(json.slice(at, behindName)), json.slice(from, to));
    at = to;
  }
  return members;
}

/** An object of these members, in their order. */
export function objectOf(members: Iterable<readonly [string, string]>): string {
  let json = '';
  for (const [name, text] of members) json += `${json && ','}${JSON.stringify(name)}:${text}`;
  return `{${json}}`;
}

/** The object with these members: in the places where it has them, at its end where not; those that are undefined are left as they are. */
export function withMembers(json: string, changes: JsonMembers): string {
  const members = membersOf(json);
  for (const [name, text] of Object.entries(changes)) if (text !== undefined) members.set(name, text);
  return objectOf(members);
}

/** The text of what stands at a path of names; undefined where there is nothing. @param json Valid JSON, of an object */
export const textAt = (path: readonly string[], json: string): string | undefined =>
  path.reduce<string | undefined>((at, name) => (at?.startsWith('{') ? membersOf(at).get(name) : undefined), json);

/** The items of a list as the texts they came in. @param json Valid JSON */
export function itemsOf(json: string): string[] {
  const items: string[] = [];
  for (let at = after(SPACE, json, json.indexOf('[') + 1); at < json.length && json[at] !== ']'; at = next(json, at)) {
    const to = endOfValue(json, at);
    items.push(json.slice(at, to));
    at = to;
  }
  return items;
}

/** Mostly as it stands between its quotes; a name may be written with escapes, too. */
export const nameOf = (text: string): string => (text.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1));

/** Behind the comma at `at`, if there is one, and the spaces around it. */
function next(json: string, at: number): number {
  const comma = after(SPACE, json, at);
  return json[comma] === ',' ? after(SPACE, json, comma + 1) : json.length;
}

function endOfValue(json: string, from: number): number {
  const first = json[from];
  if (first === '"') return endOfString(json, from);
  if (first !== '{' && first !== '[') return after(SCALAR, json, from);
  let depth = 0;
  for (let at = from; at < json.length; at += 1) {
    const code = json.charCodeAt(at); // a regular expression takes ten times as long for millions of brackets
    if (code === QUOTE) at = endOfString(json, at) - 1;
    else if (code === OPEN_OBJECT || code === OPEN_LIST) depth += 1;
    else if ((code === CLOSE_OBJECT || code === CLOSE_LIST) && (depth -= 1) === 0) return at + 1;
  }
  return json.length;
}

function after(pattern: RegExp, json: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(json) ? pattern.lastIndex : at;
}
