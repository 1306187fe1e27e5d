import type { ExactJson } from '../../common/json-text/exact-json.js';
import { isExactObject } from '../../common/json-text/exact-json.js';

const MONTHS =
  'Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?';
const DAYS = '(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? ';
const TIME = '[T ]\\d\\d:\\d\\d(?::\\d\\d(?:[.,]\\d{1,9})?)?(?: ?(?:Z|UTC|GMT|[+-]\\d\\d:?\\d\\d))?';
/** A day as programs write it into a text, perhaps with the time of that day. */
const DATE = new RegExp(
  `(?:${DAYS})?(?:\\b\\d{4}([-/])\\d\\d\\1\\d\\d|\\b(?:${MONTHS}) \\d{1,2}(?:st|nd|rd|th)?,? \\d{4}|\\b\\d{1,2}(?:st|nd|rd|th)? (?:${MONTHS}),? \\d{4})(?:${TIME})?(?![\\w-])`,
  'g',
);
/** Stands for every date; no text has it by accident. */
const SOME_DATE = '\0date';

/**
 * What a text says to its reader: how much white space stands where, and which of its forms Unicode has for a letter, says nothing.
 * Nor does a date: servers write the day into their descriptions, and would be withdrawn each midnight; nobody is told to do
 * something by a day alone.
 */
export function wordsIn(text: string): string {
  const words = text.normalize('NFC').replace(/\s+/g, ' ').trim();
  return words.replace(DATE, SOME_DATE);
}

/** The same for all texts in a value, and for nothing else of it. */
export function wordsWithin(value: ExactJson): ExactJson {
  if (typeof value === 'string') return wordsIn(value);
  if (Array.isArray(value)) return value.map(wordsWithin);
  if (!isExactObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, wordsWithin(one)]));
}
