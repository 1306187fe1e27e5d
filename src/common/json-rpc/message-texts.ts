import { endOfString } from '../json-text/json-depth.js';

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
/** Their last parts. What has another name is passed by at little cost: a body may have hundreds of thousands. */
const NAMES: ReadonlySet<string | null> = new Set(Object.keys(PLACES).map((way) => way.slice(way.lastIndexOf('.') + 1)));
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
export const textsIn = (json: string): MessageTexts[] => new TextReader(json).read();

/** Reads a message from its first character to its last. Each step takes the place it begins at, and returns the one behind it. */
class TextReader {
  private readonly texts: MessageTexts[] = [];
  /** Lists around each message: one in a batch. */
  private readonly outside: number;
  /** The member that is being read of the message, and of each thing on the way; null in the list of a batch. */
  private readonly path: (string | null)[] = [];
  /** Things that are open beside the way. */
  private aside = 0;
  /** Of the message in its batch. */
  private place = 0;
  private isValue = false;

  constructor(private readonly json: string) {
    this.outside = isBatch(json) ? 1 : 0;
  }

  read(): MessageTexts[] {
    for (let at = 0; at < this.json.length;) at = this.aside > 0 ? this.pass(at) : this.step(at);
    return this.texts;
  }

  /** Beside the way only brackets and strings mean something. */
  private pass(at: number): number {
    const next = nextOf(BRACKET_OR_QUOTE, this.json, at);
    const char = this.json.charAt(next);
    if (char === '"') return endOfString(this.json, next);
    if (char === '{' || char === '[') this.aside += 1;
    else if (char !== '') this.aside -= 1;
    return next + 1;
  }

  private step(at: number): number {
    const char = this.json.charAt(at);
    if (char === '"') return this.take(this.json.slice(at, endOfString(this.json, at)), at);
    if (char === '{' || char === '[') this.enter(char);
    else if (char === '}' || char === ']') this.path.pop();
    else if (char === ',') this.goOn();
    else if (char === ':') this.isValue = true;
    else return this.take(scalarAt(this.json, at), at);
    return at + 1;
  }

  private enter(bracket: string): void {
    if (!this.leadsOn(bracket)) return void (this.aside += 1);
    this.path.push(bracket === '[' ? null : '');
    this.isValue = false;
  }

  /** Whether what opens here is a message, or an object on the way. */
  private leadsOn(bracket: string): boolean {
    if (this.path.length < this.outside) return true;
    return bracket === '{' && WAYS.has(this.way);
  }

  private goOn(): void {
    if (this.path.length <= this.outside) this.place += 1;
    this.isValue = false;
  }

  /** A member's name, or its value; an empty text is a space. */
  private take(text: string, at: number): number {
    const last = this.path.length - 1;
    if (last >= this.outside && text !== '') {
      if (!this.isValue) this.path[last] = nameOf(text);
      else if (NAMES.has(this.path[last]!)) note(this.texts, this.place, this.way, text);
    }
    return at + Math.max(text.length, 1);
  }

  /** The members from the message to here. */
  private get way(): string {
    return this.path.slice(this.outside).join('.');
  }
}

function note(texts: MessageTexts[], place: number, path: string, text: string): void {
  const name = Object.hasOwn(PLACES, path) ? PLACES[path] : undefined;
  if (name && isId(valueOf(text))) (texts[place] ??= {})[name] = text;
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

/** Mostly as it stands between its quotes; a name may be written with escapes, too. */
const nameOf = (json: string): string => (json.includes('\\') ? String(valueOf(json)) : json.slice(1, -1));

function valueOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
