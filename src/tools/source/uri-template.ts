const TEMPLATE_MAX_CHARS = 2_000;
const EXPRESSIONS_MAX = 10;
/** A longer address matches no template. */
const URI_MAX_CHARS = 2_048;

/** A part of a template: text that stands as it is, or an expression such as `{name}`. */
type Part = string | Expression;

interface Expression {
  /** What stands before the value: `/` in `{/path}`, else nothing or one character. */
  prefix: string;
  /** Characters the value does not contain. It has at least one other. */
  stops: string;
  /** Whether the address may leave it out, the prefix included. */
  isOptional: boolean;
}

/**
 * An RFC 6570 template, e.g. `dataset://{name}` or `repo://{owner}/contents{/path*}`. Templates may come from strangers, so
 * addresses are compared without a regular expression: at worst, the time is the length of both, once for each expression.
 */
export class UriTemplate {
  private readonly parts: readonly Part[];

  /** @throws Error when it is no template, or a very long one. */
  constructor(readonly text: string) {
    if (text.length > TEMPLATE_MAX_CHARS) throw new Error(`a URI template has at most ${TEMPLATE_MAX_CHARS} characters`);
    this.parts = partsOf(text);
    if (this.expressions.length > EXPRESSIONS_MAX) throw new Error(`a URI template has at most ${EXPRESSIONS_MAX} expressions`);
  }

  /**
   * Whether some values of the variables make this address.
   * @param mayLook asked with the number of characters before each pass over the address; where it says no, there is no match.
   */
  matches(uri: string, mayLook: (chars: number) => boolean = () => true): boolean {
    if (uri.length > URI_MAX_CHARS || !this.hasEndsOf(uri)) return false;
    let ends = new Uint8Array(uri.length + 1); // 1 where the parts so far may end
    ends[0] = 1;
    for (const part of this.parts) {
      if (!mayLook(uri.length)) return false;
      ends = typeof part === 'string' ? afterText(uri, ends, part) : afterExpression(uri, ends, part);
      if (!ends.includes(1)) return false;
    }
    return ends[uri.length] === 1;
  }

  /** What stands for the only variable of the template; undefined when the address is not one of the template's. */
  valueIn(uri: string): string | undefined {
    if (!this.matches(uri)) return undefined;
    const { start, end } = this.only;
    try {
      return decodeURIComponent(uri.slice(start, uri.length - end));
    } catch {
      return undefined; // not percent-encoded text
    }
  }

  /** The address with this value for the only variable. */
  with(value: string): string {
    const { start, end } = this.only;
    return this.text.slice(0, start) + encodeURIComponent(value) + this.text.slice(this.text.length - end);
  }

  /** Most addresses are of another template, which their ends tell at once. */
  private hasEndsOf(uri: string): boolean {
    const [first, last] = [this.parts[0], this.parts.at(-1)];
    return (typeof first !== 'string' || uri.startsWith(first)) && (typeof last !== 'string' || uri.endsWith(last));
  }

  private get expressions(): Part[] {
    return this.parts.filter((part) => typeof part !== 'string');
  }

  /** How many characters stand before and behind the only expression. */
  private get only(): { start: number; end: number } {
    const start = this.text.indexOf('{');
    const end = this.text.length - 1 - this.text.indexOf('}');
    if (this.expressions.length !== 1) throw new Error(`${this.text} has not exactly one variable`);
    return { start, end };
  }
}

function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  while (from < text.length) {
    const open = text.indexOf('{', from);
    if (open > from || open === -1) parts.push(text.slice(from, open === -1 ? undefined : open));
    if (open === -1) break;
    const close = text.indexOf('}', open);
    if (close === -1) throw new Error(`"${text}" has an expression without an end`);
    parts.push(expressionOf(text.slice(open + 1, close)));
    from = close + 1;
  }
  return parts;
}

/** RFC 6570, "Expression Expansion". Clients leave out the parameters of a query that they do not need. */
function expressionOf(text: string): Expression {
  const [, operator = '', names = ''] = /^([+#./;?&]?)(.*)$/s.exec(text) ?? [];
  if (names === '') throw new Error(`{${text}} names no variable`);
  const isList = names.includes('*') || names.includes(',');
  if (operator === '+') return { prefix: '', stops: '', isOptional: false };
  if (operator === '#') return { prefix: '#', stops: '', isOptional: false };
  if (operator === '?' || operator === '&') return { prefix: operator, stops: '#', isOptional: true };
  return { prefix: operator, stops: operator === '/' && isList ? '?#' : '/?#', isOptional: false };
}

function afterText(uri: string, starts: Uint8Array, text: string): Uint8Array<ArrayBuffer> {
  const ends = new Uint8Array(starts.length);
  const borders = bordersOf(text);
  for (let at = 0, matched = 0; at < uri.length; at += 1) {
    while (matched > 0 && (matched === text.length || uri.charCodeAt(at) !== text.charCodeAt(matched)))
      matched = borders[matched - 1]!;
    if (uri.charCodeAt(at) === text.charCodeAt(matched)) matched += 1;
    if (matched === text.length && starts[at + 1 - matched] === 1) ends[at + 1] = 1;
  }
  return ends;
}

/** Of each beginning of the text, how long its longest own beginning is that also ends it (Knuth, Morris and Pratt). */
function bordersOf(text: string): number[] {
  const borders = [0];
  for (let at = 1, length = 0; at < text.length; at += 1) {
    while (length > 0 && text[at] !== text[length]) length = borders[length - 1]!;
    if (text[at] === text[length]) length += 1;
    borders.push(length);
  }
  return borders;
}

/** One pass over the address, however many places the value may start at. */
function afterExpression(uri: string, starts: Uint8Array, { prefix, stops, isOptional }: Expression): Uint8Array<ArrayBuffer> {
  const ends = isOptional ? starts.slice() : new Uint8Array(starts.length);
  let isInside = false;
  for (let at = 0; at < uri.length; at += 1) {
    const start = at - prefix.length;
    isInside ||= starts[start] === 1 && uri.startsWith(prefix, start);
    isInside &&= !stops.includes(uri[at]!);
    if (isInside) ends[at + 1] = 1;
  }
  return ends;
}
