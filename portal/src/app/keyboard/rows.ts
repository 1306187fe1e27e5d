/** The link or the button that a row is opened by, marked so; `j` and `k` also go to the first link of rows without one. */
const OPENER = '[data-opens]';
const OPENS = `a[href], ${OPENER}`;
/** What a click on a row is for, where it is not for the row. */
const OWN = 'a, button, input, select, textarea, label, summary';

/**
 * Gives the focus to what opens the next row of the page's tables, or the one before; Enter then does what a browser does with it.
 * @returns whether there is one
 */
export function toRow(by: 1 | -1): boolean {
  const rows = [...document.querySelectorAll('main tbody tr')].filter((row) => row.querySelector(OPENS) && row.checkVisibility());
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[at === -1 ? 0 : at + by];
  (next?.querySelector<HTMLElement>(OPENER) ?? next?.querySelector<HTMLElement>(OPENS))?.focus();
  return next !== undefined;
}

/** A click anywhere on a row is one on what opens it, with the keys that are held down; not where somebody selects its text. */
export function openRow(event: MouseEvent): void {
  const target = event.target as Element;
  const opener = target.closest('main tbody tr')?.querySelector<HTMLElement>(OPENER);
  if (!opener || target.closest(OWN) || getSelection()?.isCollapsed === false) return;
  const { ctrlKey, metaKey, shiftKey } = event;
  opener.focus({ preventScroll: true }); // where one comes back to
  opener.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }));
}
