import { isExactObject, type ExactJson } from '../../common/json-text/exact-json.js';

const MONTH_NAME =
  '(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)';
const WEEKDAY = '(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? )?';
const YEAR = '(?:19|20)\\d\\d';
const [MONTH, DAY] = ['(?:0[1-9]|1[0-2])', '(?:0[1-9]|[12]\\d|3[01])'];
const [SHORT_MONTH, SHORT_DAY] = ['(?:0?[1-9]|1[0-2])', '(?:0?[1-9]|[12]\\d|3[01])'];
const NTH_DAY = `${SHORT_DAY}(?:st|nd|rd|th)?`;
const ZONE = '(?: ?(?:Z|UTC|GMT|[+-](?:0\\d|1[0-4]):?[0-5]\\d))?';
const TIME = `(?:,?[T ](?:[01]\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d(?:[.,]\\d{1,9})?)?${ZONE})?`;
const SPELLINGS = [
  `${YEAR}([-/])${MONTH}\\1${DAY}`,
  `${SHORT_DAY}([./])${SHORT_MONTH}\\2${YEAR}`,
  `${SHORT_MONTH}/${SHORT_DAY}/${YEAR}`,
  `${MONTH_NAME} ${NTH_DAY},? ${YEAR}`,
  `${NTH_DAY} ${MONTH_NAME},? ${YEAR}`,
];
/** Neither within an address nor part of a longer number or name. */
const [ALONE_BEFORE, ALONE_AFTER] = ['(?<![^\\s([{<"\'`*“‘«„])', '(?![\\w/-]|[.,:]\\w)'];
/** A day as programs write it into a text, perhaps with the time of that day: one that there can be. */
const DATE = new RegExp(`${ALONE_BEFORE}${WEEKDAY}(?:${SPELLINGS.join('|')})${TIME}${ALONE_AFTER}`, 'g');
/** Signs of our own begin with one NUL; one that stands in a text is written twice. */
const [NUL, SOME_DATE, LONG_BLANK] = ['\0', '\0date', '\0blank'];
const BLANK_MAX_CHARS = 100;

/** A text of a stranger, in which no sign is one of our own. */
const escaped = (text: string): string => text.replaceAll(NUL, NUL + NUL);

/**
 * One date is as good as another: servers write the day into their definitions, and would be withdrawn each midnight; no model does
 * something for a date alone.
 */
const onSomeDay = (text: string): string => text.replace(DATE, SOME_DATE);

/** A value; one that is nothing but a date is as good as another, too: servers write today into a default. Any other counts to the letter. */
export function onSomeDayAlone(value: ExactJson): ExactJson {
  if (typeof value !== 'string') return value;
  const text = escaped(value);
  return onSomeDay(text) === SOME_DATE ? SOME_DATE : text;
}

/** However much white space lays out a text; a whole page of it pushes the rest out of sight. */
const blank = (run: string): string => (run.length > BLANK_MAX_CHARS ? `${LONG_BLANK}${run.length} ` : ' ');

/**
 * What prose says: how much white space stands where says nothing. Letters count as they are written: to bring the forms that Unicode
 * has of one together takes quadratic time.
 */
export const wordsIn = (text: string): string => onSomeDay(escaped(text).replace(/\s+/g, blank).trim());

/** A value in whose texts one date is as good as another, and nothing else. */
export function onSomeDayWithin(value: ExactJson): ExactJson {
  if (typeof value === 'string') return onSomeDay(escaped(value));
  if (Array.isArray(value)) return value.map(onSomeDayWithin);
  if (!isExactObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, onSomeDayWithin(one)]));
}
