/** Keys that work on every page, and what they have opened over it. */
class Keyboard {
  open = $state<'palette'>();

  pressed = (event: KeyboardEvent): void => {
    if (isPaletteKey(event)) return this.togglePalette(event);
    if (event.key === '/' && !isTyping(event) && !event.ctrlKey && !event.metaKey) toSearch(event);
  };

  private togglePalette(event: KeyboardEvent): void {
    event.preventDefault();
    if (this.open === 'palette') this.open = undefined;
    else if (!hasDialog()) this.open = 'palette';
  }
}

/** `⌘K`; `Ctrl K` where there is no `⌘`. */
const isPaletteKey = ({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean =>
  key.toLowerCase() === 'k' && (ctrlKey || metaKey) && !altKey && !shiftKey;

const isTyping = ({ target }: Event): boolean => (target as Element).matches('input, textarea, select, [contenteditable]');

/** What is open over the page has keys of its own, and may hold what nobody must lose. */
const hasDialog = (): boolean => document.querySelector('dialog[open]') !== null;

function toSearch(event: KeyboardEvent): void {
  const search = document.querySelector<HTMLElement>('[data-search]');
  if (!search) return;
  event.preventDefault();
  search.focus();
}

export const keyboard = new Keyboard();
