import { isExactObject, type ExactJson } from '../../common/json-text/exact-json.js';

const MONTH =
  '(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)';
const WEEKDAY = '(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? )?';
const DAY = '\\d{1,2}(?:st|nd|rd|th)?';
const TIME = '(?:,?[T ]\\d\\d:\\d\\d(?::\\d\\d(?:[.,]\\d{1,9})?)?(?: ?(?:Z|UTC|GMT|[+-]\\d\\d:?\\d\\d))?)?';
const SPELLINGS = [
  '\\d{4}([-/])\\d\\d\\1\\d\\d',
  '\\d{1,2}([./])\\d{1,2}\\2\\d{4}',
  `${MONTH} ${DAY},? \\d{4}`,
  `${DAY} ${MONTH},? \\d{4}`,
];
/** A day as programs write it into a text, perhaps with the time of that day. */
const DATE = new RegExp(`\\b${WEEKDAY}(?:${SPELLINGS.join('|')})${TIME}(?![\\w-])`, 'g');
/** Stands for every date; no text has it by accident. */
const SOME_DATE = '\0date';

/**
 * A text in which one date is as good as another: servers write the day into their definitions, and would be withdrawn each midnight; no
 * model does something for a date alone.
 */
const onSomeDay = (text: string): string => text.replace(DATE, SOME_DATE);

/** What prose says: how much white space stands where, and which of its forms Unicode has for a letter, says nothing. */
export const wordsIn = (text: string): string => onSomeDay(text.normalize('NFC').replace(/\s+/g, ' ').trim());

/** A value in whose texts one date is as good as another, and nothing else. */
export function onSomeDayWithin(value: ExactJson): ExactJson {
  if (typeof value === 'string') return onSomeDay(value);
  if (Array.isArray(value)) return value.map(onSomeDayWithin);
  if (!isExactObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, onSomeDayWithin(one)]));
}
