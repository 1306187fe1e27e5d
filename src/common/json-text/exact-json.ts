import { isObject } from '../json.js';
import { endOfString } from './json-depth.js';

/** A number as its decimal digits, which JavaScript would round beyond 2^53: the same text for all spellings of one value. */
export class ExactNumber {
  constructor(readonly text: string) {}
}

/** A JSON value whose numbers are kept to the last digit. */
export type ExactJson = string | boolean | null | ExactNumber | ExactJson[] | { [name: string]: ExactJson };
export type ExactObject = { [name: string]: ExactJson };

const NUMBER = /-?\d[\d.eE+-]*/g;
/** What a text and a number begin with while they are both texts. */
const TEXT = 't';
const DIGITS = 'n';

/** Reads a JSON text in linear time. @param json Valid JSON */
export function exactJson(json: string): ExactJson {
  return untagged(JSON.parse(tagged(json)));
}

/** JSON in which each text says that it is one, and numbers are texts too. */
function tagged(json: string): string {
  const parts: string[] = [];
  for (let at = 0; at < json.length;) {
    const quote = json.indexOf('"', at);
    const from = quote < 0 ? json.length : quote;
    parts.push(json.slice(at, from).replace(NUMBER, (number) => `"${DIGITS}${number}"`));
    at = quote < 0 ? json.length : endOfString(json, quote);
    if (quote >= 0) parts.push(`"${TEXT}`, json.slice(quote + 1, at));
  }
  return parts.join('');
}

function untagged(value: unknown): ExactJson {
  if (typeof value === 'string') return value.startsWith(TEXT) ? value.slice(1) : new ExactNumber(digitsOf(value.slice(1)));
  if (Array.isArray(value)) return value.map(untagged);
  if (!isObject(value)) return value as boolean | null;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name.slice(1), untagged(one)]));
}

/** A longer one is not brought into one spelling. */
const EXPONENT_MAX_CHARS = 30;

/** `-0.50e3` is `-5e2`: no zeros at either end of the digits, and how often ten is to be taken. */
function digitsOf(number: string): string {
  const isNegative = number.startsWith('-');
  const [mantissa = '', exponent = '0'] = number
    .slice(isNegative ? 1 : 0)
    .toLowerCase()
    .split('e');
  if (exponent.length > EXPONENT_MAX_CHARS) return number; // adding to millions of digits takes seconds
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = whole + fraction;
  let [from, to] = [0, digits.length];
  while (digits[from] === '0') from += 1;
  if (from === to) return '0';
  while (digits[to - 1] === '0') to -= 1;
  const tens = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - to);
  return `${isNegative ? '-' : ''}${digits.slice(from, to)}e${tens}`;
}

/** An object, and no number. */
export const isExactObject = (value: ExactJson | undefined): value is ExactObject =>
  isObject(value) && !(value instanceof ExactNumber);

/** Of values whose texts were made, since one is asked for within many others. */
const known = new WeakMap<object, string>();

/** One text for all values that are the same, in whatever order their members stand. The value must not change afterwards. */
export function canonicalText(value: ExactJson): string {
  if (value instanceof ExactNumber) return value.text;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  let text = known.get(value);
  if (text === undefined) known.set(value, (text = Array.isArray(value) ? textOfList(value) : textOfMembers(value)));
  return text;
}

const textOfList = (list: readonly ExactJson[]): string => `[${list.map(canonicalText).join()}]`;

const textOfMembers = (object: ExactObject): string =>
  `{${Object.keys(object)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalText(object[name]!)}`)
    .join()}}`;
