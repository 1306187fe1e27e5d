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
/** What lies on the way to them. */
const WAYS = new Set(['', 'params', 'params._meta']);
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
  /** The member that is being read of the message, and of each thing on the way; null in the list of a batch. */
  const path: (string | null)[] = [];
  /** Things that are open beside the way. */
  let aside = 0;
  let [place, isValue] = [0, false];
  for (let at = 0; at < json.length; at += 1) {
    if (aside > 0) at = nextOf(BRACKET_OR_QUOTE, json, at);
    const char = json.charAt(at);
    const isOpening = char === '{' || char === '[';
    if (isOpening && (aside > 0 || !leadsOn(path, outside, char))) aside += 1;
    else if (isOpening) {
      path.push(char === '[' ? null : '');
      isValue = false;
    } else if (char === '}' || char === ']') {
      if (aside > 0) aside -= 1;
      else path.pop();
    } else if (aside > 0) at = endOfString(json, at) - 1;
    else if (char === ',') {
      if (path.length <= outside) place += 1;
      isValue = false;
    } else if (char === ':') isValue = true;
    else {
      const text = char === '"' ? json.slice(at, endOfString(json, at)) : scalarAt(json, at);
      const last = path.length - 1;
      if (last >= outside && text !== '') {
        if (!isValue) path[last] = String(valueOf(text));
        else if (isId(valueOf(text))) note(texts, place, path.slice(outside).join('.'), text);
      }
      at += Math.max(text.length, 1) - 1;
    }
  }
  return texts;
}

/** Whether what opens here is a message, or an object on the way. */
function leadsOn(path: (string | null)[], outside: number, bracket: string): boolean {
  if (path.length < outside) return true;
  return bracket === '{' && WAYS.has(path.slice(outside).join('.'));
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
