/** What opens a row: its first link, or the button that is marked so. */
const OPENS = 'a[href], [data-opens]';

/**
 * Gives the focus to what opens the next row of the page's tables, or the one before; Enter then does what a browser does with it.
 * @returns whether there is one
 */
export function toRow(by: 1 | -1): boolean {
  const rows = [...document.querySelectorAll('main tbody tr')].filter((row) => row.querySelector(OPENS) && row.checkVisibility());
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[at === -1 ? 0 : at + by];
  next?.querySelector<HTMLElement>(OPENS)?.focus();
  return next !== undefined;
}
