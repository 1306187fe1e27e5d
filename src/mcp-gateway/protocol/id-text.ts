import { endOfString } from '../../common/json-depth.js';
import { isId } from './json-rpc.js';

const SCALAR = /[^\s"{}[\],:]+/y;
/** What has a meaning however deep it stands. */
const BRACKET_OR_QUOTE = /["{}[\]]/g;

/**
 * The id of a message, or the ids of a batch by the place of their messages, each as its text has it. JavaScript rounds long
 * numbers, and no client knows its request by a rounded id. Reads whatever comes, once: what is no JSON has no ids, or wrong ones.
 */
export function idTextsIn(json: string): string[] {
  const ids: string[] = [];
  const messageDepth = isBatch(json) ? 2 : 1;
  let [depth, place, key, isValue] = [0, 0, '', false];
  for (let at = 0; at < json.length; at += 1) {
    if (depth > messageDepth) at = nextOf(BRACKET_OR_QUOTE, json, at);
    const char = json.charAt(at);
    if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') depth -= 1;
    else if (depth > messageDepth) at = endOfString(json, at) - 1;
    else if (char === ',') {
      if (depth < messageDepth) place += 1;
      isValue = false;
    } else if (char === ':') isValue = true;
    else {
      const text = char === '"' ? json.slice(at, endOfString(json, at)) : scalarAt(json, at);
      if (depth === messageDepth && text !== '') {
        if (!isValue) key = text;
        else if (valueOf(key) === 'id' && isId(valueOf(text))) ids[place] = text;
      }
      at += Math.max(text.length, 1) - 1;
    }
  }
  return ids;
}

function nextOf(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}

/** Whether it is a list of messages. */
export const isBatch = (json: string): boolean => json.trimStart().startsWith('[');

function scalarAt(json: string, at: number): string {
  SCALAR.lastIndex = at;
  return SCALAR.exec(json)?.[0] ?? '';
}

function valueOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
