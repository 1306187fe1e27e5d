/**
 * When a day begins for whoever looks, as an instant in ISO 8601. Undefined for what is no day.
 * @param day `YYYY-MM-DD`
 * @param daysLater 1: when the day is over
 */
export function midnight(day: string | null, daysLater = 0): string | undefined {
  const [year, month, date] = (day ?? '').split('-').map(Number);
  if (!year || !month || !date) return undefined;
  return new Date(year, month - 1, date + daysLater).toISOString();
}
