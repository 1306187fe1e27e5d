/** What can be looked at. All but latency are counts, which can be added up. */
export const MEASURES = [
  { id: 'calls', title: 'Calls' },
  { id: 'credits', title: 'Credits' },
  { id: 'records', title: 'Rows' },
  { id: 'errors', title: 'Errors' },
  { id: 'latency', title: 'Latency' },
] as const;
export type MeasureId = (typeof MEASURES)[number]['id'];

export const GROUPS = [
  { id: 'none', title: 'nothing', column: 'Group' },
  { id: 'tool', title: 'tool', column: 'Tool' },
  { id: 'api_key', title: 'key', column: 'Key' },
  { id: 'client', title: 'client', column: 'Client' },
  { id: 'table', title: 'table', column: 'Table' },
  { id: 'outcome', title: 'outcome', column: 'Outcome' },
] as const;
export type GroupId = (typeof GROUPS)[number]['id'];

/** One of them by its id, or the first. */
export const oneOf = <Choice extends { id: string }>(choices: readonly Choice[], id: string): Choice =>
  choices.find((choice) => choice.id === id) ?? choices[0]!;

const COLORS = 8;
/** Of the series in their order: the others after the eighth share its colour of the last, grey. */
export const colorOf = (index: number): string => `var(--series-${Math.min(index, COLORS - 1) + 1})`;

/** Words of times on an axis: of hours and days, in one zone. */
export function axisWords(bucket: 'hour' | 'day', hours: number, timeZone: string, locale?: string): (time: string) => string {
  const day = { day: 'numeric', month: 'short' } as const;
  const hour = { hour: '2-digit', minute: '2-digit' } as const;
  const parts = bucket === 'day' ? day : hours <= 24 ? hour : { ...day, ...hour };
  const format = new Intl.DateTimeFormat(locale, { timeZone, ...parts });
  return (time) => format.format(new Date(time));
}
