/** Numbers, times and names as people read them, in the browser's language. Every number has its unit. */
const whole = new Intl.NumberFormat();
const fine = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });
const percent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 30],
  ['month', 12],
  ['year', Infinity],
];

export const NONE = '–';

export const count = (value: number | null | undefined): string => (value == null ? NONE : whole.format(value));
export const credits = (value: number | null | undefined): string =>
  value == null ? NONE : `${whole.format(value)} ${value === 1 ? 'credit' : 'credits'}`;
/** Milliseconds. */
export const duration = (ms: number | null | undefined): string => {
  if (ms == null) return NONE;
  return ms >= 10_000 ? `${fine.format(ms / 1_000)} s` : `${ms >= 100 ? whole.format(Math.round(ms)) : fine.format(ms)} ms`;
};
export const share = (part: number, all: number): string => (all === 0 ? NONE : percent.format(part / all));
export const plural = (number: number, one: string, many = `${one}s`): string =>
  `${whole.format(number)} ${number === 1 ? one : many}`;

export const moment = (time: string | number | Date): string => exact.format(new Date(time));
export const date = (time: string | number | Date): string => day.format(new Date(time));

/** Of today: `14:02`. */
export const timeOfDay = (time: number): string => clock.format(new Date(time));

/** `3 min ago`, `in 12 days`. */
export function ago(time: string | number | Date, now = Date.now()): string {
  let distance = (new Date(time).getTime() - now) / 1_000;
  for (const [unit, size] of STEPS) {
    if (Math.abs(distance) < size) return relative.format(Math.round(distance), unit);
    distance /= size;
  }
  return NONE;
}
