import { CLOSE_OBJECT, endOfString, OPEN_LIST, OPEN_OBJECT, QUOTE } from './json-depth.js';
import { itemsOf, membersOf, nameOf, objectOf } from './json-members.js';

const COLON_NEXT = /\s*:/y;

/**
 * The text, with each member of each object once. Readers do not agree on which of two with one name counts, so that one could be approved
 * and the other read; the later counts here, as for `JSON.parse`. A text in which none repeats, which is nearly any, stays as it is.
 * @param json Valid JSON, no deeper than `JSON_DEPTH_MAX`. Read in linear time for a given depth
 */
export const oneReadingOf = (json: string): string => (repeatsMember(json) ? writtenOnce(json) : json);

function writtenOnce(json: string): string {
  const first = json.charCodeAt(0);
  if (first === OPEN_LIST) return `[${itemsOf(json).map(writtenOnce).join()}]`;
  if (first !== OPEN_OBJECT) return json;
  return objectOf([...membersOf(json)].map(([name, text]) => [name, writtenOnce(text)]));
}

function repeatsMember(json: string): boolean {
  const open: Set<string>[] = [];
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === OPEN_OBJECT) open.push(new Set());
    else if (code === CLOSE_OBJECT) open.pop();
    if (code !== QUOTE) continue;
    const end = endOfString(json, at);
    const name = isName(json, end) ? nameOf(json.slice(at, end)) : undefined;
    if (name !== undefined && open.at(-1)!.has(name)) return true;
    if (name !== undefined) open.at(-1)!.add(name);
    at = end - 1;
  }
  return false;
}

/** Whether the string that ends there is the name of a member: nothing else stands before a colon. */
function isName(json: string, end: number): boolean {
  COLON_NEXT.lastIndex = end;
  return COLON_NEXT.test(json);
}
