import { addressOf, portalPath } from './address';

/**
 * The path and the query of the portal's address, which everything on a page that can be shared, gone back to or reloaded is read
 * from: its filters, its tab, the row that is open.
 */
class Route {
  path = $state(portalPath());
  query = $state.raw(new URLSearchParams(location.search));
  /** Of pages that were gone to, not of filters that were changed: then the page's heading gets the focus. */
  visits = $state(0);

  constructor() {
    addEventListener('popstate', () => this.read());
  }

  /** @param to a path of the portal with its query, e.g. `/calls?tool=greet` */
  go(to: string): void {
    history.pushState(null, '', addressOf(to));
    this.read();
    this.visits += 1;
    scrollTo(0, 0);
  }

  /** Changes parts of the query; an empty value takes one out. Filters replace the address: going back leaves the page. */
  set(changes: Readonly<Record<string, string | undefined>>): void {
    const query = new URLSearchParams(this.query);
    for (const [name, value] of Object.entries(changes)) {
      if (value) query.set(name, value);
      else query.delete(name);
    }
    history.replaceState(null, '', addressOf(this.path) + (query.size > 0 ? `?${query}` : ''));
    this.query = query;
  }

  get(name: string): string {
    return this.query.get(name) ?? '';
  }

  private read(): void {
    this.path = portalPath();
    this.query = new URLSearchParams(location.search);
  }
}

export const route = new Route();

/** Links of the portal are followed without loading it anew; all that a browser does with a link otherwise stays. */
export function followLinks(event: MouseEvent): void {
  const link = (event.target as Element).closest?.('a[href]') as HTMLAnchorElement | null;
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !isPlain || link.target || link.hasAttribute('download')) return;
  const ours = addressOf('/');
  if (link.origin !== location.origin || !link.pathname.startsWith(ours)) return;
  event.preventDefault();
  route.go(link.pathname.slice(ours.length - 1) + link.search);
}
