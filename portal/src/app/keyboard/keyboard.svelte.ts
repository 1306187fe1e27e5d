import { PAGES } from '../pages';
import { route } from '../route.svelte';
import { singleKeys } from './single-keys.svelte';
import { toRow } from './rows';

/** Where `g` and a letter go. */
const PLACES: Readonly<Record<string, string>> = { o: '/', k: '/keys', c: '/calls', u: '/usage', t: '/tools' };

/** The keys of places, each with the title of its page. */
export const placeKeys = (): [string, string][] =>
  Object.entries(PLACES).map(([key, place]) => [`g ${key}`, PAGES.find(({ path }) => path === place)!.title]);

/** How long `g` waits for its letter. */
const SECOND_KEY_MS = 1_500;

/** Keys that work on every page, and what they have opened over it. */
class Keyboard {
  open = $state<'palette' | 'shortcuts'>();
  private goUntil = 0;

  pressed = (event: KeyboardEvent): void => {
    if (isPaletteKey(event)) return this.togglePalette(event);
    const key = hasDialog() ? undefined : singleKeys.in(event);
    if (key && this.did(key, event.timeStamp)) event.preventDefault();
  };

  close = (): void => void (this.open = undefined);

  private togglePalette(event: KeyboardEvent): void {
    event.preventDefault();
    if (this.open === 'palette') this.close();
    else if (!hasDialog()) this.open = 'palette';
  }

  private did(key: string, now: number): boolean {
    const place = now < this.goUntil ? PLACES[key] : undefined;
    this.goUntil = key === 'g' ? now + SECOND_KEY_MS : 0;
    if (place) return done(() => route.go(place));
    if (key === '?') return done(() => (this.open = 'shortcuts'));
    if (key === '/') return toSearch();
    if (key === 'j' || key === 'k') return toRow(key === 'j' ? 1 : -1);
    return false;
  }
}

/** `⌘K`; `Ctrl K` where there is no `⌘`. */
const isPaletteKey = ({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean =>
  key.toLowerCase() === 'k' && (ctrlKey || metaKey) && !altKey && !shiftKey;

/** What is open over the page has keys of its own, and may hold what nobody must lose. */
const hasDialog = (): boolean => document.querySelector('dialog[open]') !== null;

function done(act: () => unknown): true {
  act();
  return true;
}

function toSearch(): boolean {
  const search = document.querySelector<HTMLElement>('[data-search]');
  search?.focus();
  return search !== null;
}

export const keyboard = new Keyboard();
