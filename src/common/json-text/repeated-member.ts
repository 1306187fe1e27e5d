import { CLOSE_OBJECT, endOfString, OPEN_OBJECT, QUOTE } from './json-depth.js';
import { nameOf } from './json-members.js';

const COLON_NEXT = /\s*:/y;

/**
 * The name of a member that an object within has twice; undefined where none has. Readers do not agree on which of the two counts.
 * @param json Valid JSON. Read once, in linear time
 */
export function repeatedMember(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === OPEN_OBJECT) open.push(new Set());
    else if (code === CLOSE_OBJECT) open.pop();
    if (code !== QUOTE) continue;
    const end = endOfString(json, at);
    const name = isName(json, end) ? nameOf(json.slice(at, end)) : undefined;
    if (name !== undefined && open.at(-1)!.has(name)) return name;
    if (name !== undefined) open.at(-1)!.add(name);
    at = end - 1;
  }
  return undefined;
}

/** Whether the string that ends there is the name of a member: nothing else stands before a colon. */
function isName(json: string, end: number): boolean {
  COLON_NEXT.lastIndex = end;
  return COLON_NEXT.test(json);
}
