import { endOfString } from '../json-depth.js';

/** What names a request, each as the text of its message has it: JavaScript rounds long numbers, and nobody knows a rounded id. */
export interface MessageTexts {
  id?: string;
  /** Of `notifications/cancelled`. */
  requestId?: string;
  progressToken?: string;
}

/** Where they stand in a message. */
const PLACES: Record<string, keyof MessageTexts> = {
  id: 'id',
  'params.requestId': 'requestId',
  'params._meta.progressToken': 'progressToken',
};
const DEEPEST = 3;
const SCALAR = /[^\s"{}[\],:]+/y;
/** What has a meaning however deep it stands. */
const BRACKET_OR_QUOTE = /["{}[\]]/g;

/** Whether it is a string, or a finite number. */
export const isId = (id: unknown): id is string | number =>
  typeof id === 'string' || (typeof id === 'number' && Number.isFinite(id));

/** Whether a value is a number that may have been another one before `JSON.parse` had read it. */
export const mayBeRounded = (value: unknown): value is number => typeof value === 'number' && !Number.isSafeInteger(value);

/**
 * The texts of a message, or of a batch by the place of each message. Reads whatever comes, once: what is no JSON has none, or wrong
 * ones.
 */
export function textsIn(json: string): MessageTexts[] {
  const texts: MessageTexts[] = [];
  const outside = isBatch(json) ? 1 : 0;
  /** The member that is being read of each thing that is open; null in a list. */
  const path: (string | null)[] = [];
  let [place, isValue] = [0, false];
  for (let at = 0; at < json.length; at += 1) {
    if (path.length > outside + DEEPEST) at = nextOf(BRACKET_OR_QUOTE, json, at);
    const char = json.charAt(at);
    if (char === '{' || char === '[') {
      path.push(char === '[' ? null : '');
      isValue = false;
    } else if (char === '}' || char === ']') path.pop();
    else if (path.length > outside + DEEPEST) at = endOfString(json, at) - 1;
    else if (char === ',') {
      if (path.length <= outside) place += 1;
      isValue = false;
    } else if (char === ':') isValue = true;
    else {
      const text = char === '"' ? json.slice(at, endOfString(json, at)) : scalarAt(json, at);
      const last = path.length - 1;
      if (last >= outside && text !== '' && path[last] !== null) {
        if (!isValue) path[last] = String(valueOf(text));
        else if (isId(valueOf(text))) note(texts, place, path.slice(outside).join('.'), text);
      }
      at += Math.max(text.length, 1) - 1;
    }
  }
  return texts;
}

function note(texts: MessageTexts[], place: number, path: string, text: string): void {
  const name = Object.hasOwn(PLACES, path) ? PLACES[path] : undefined;
  if (name) (texts[place] ??= {})[name] = text;
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
