/** Changes of one resource within this time are told as one. */
const GATHER_MS = 50;
/** Until the next telling, for each listener that was told: however many there are, telling them takes a small part of the time. */
const PAUSE_PER_LISTENER_MS = 0.05;
/** A resource may be a part of so many others: `file:///a/b` is one of `file:///a`. */
const LEVELS_MAX = 64;
/** What changed at a longer address is not told. */
const URI_MAX_CHARS = 8_192;

/** Who wants to hear of changes of which resource. What a server announces that nobody watches costs a look into a table. */
export class ResourceWatchers {
  private readonly listeners = new Map<string, Set<() => void>>();
  private readonly changed = new Set<string>();
  private isWaiting = false;
  /** Earliest time of the next telling, monotonic clock, ms. */
  private nextAt = 0;

  /** The addresses that somebody watches. */
  get uris(): readonly string[] {
    return [...this.listeners.keys()];
  }

  /** Returns whether nobody watched the address before. */
  add(uri: string, listener: () => void): boolean {
    const known = this.listeners.get(uri);
    if (!known) this.listeners.set(uri, new Set([listener]));
    else known.add(listener);
    return !known;
  }

  /** Returns whether nobody watches the address any more, of those who did. */
  remove(uri: string, listener: () => void): boolean {
    const known = this.listeners.get(uri);
    if (!known?.delete(listener) || known.size > 0) return false;
    return this.listeners.delete(uri);
  }

  /** Tells those who watch the address, or one that it is a part of, in a moment. */
  change(uri: string): void {
    for (const watched of addressesAbove(uri)) if (this.listeners.has(watched)) this.changed.add(watched);
    if (this.changed.size === 0 || this.isWaiting) return;
    this.isWaiting = true;
    setTimeout(() => this.tell(), Math.max(GATHER_MS, this.nextAt - performance.now())).unref();
  }

  private tell(): void {
    const listeners = [...this.changed].flatMap((uri) => [...(this.listeners.get(uri) ?? [])]);
    this.changed.clear();
    this.isWaiting = false;
    for (const listener of listeners) listener();
    this.nextAt = performance.now() + listeners.length * PAUSE_PER_LISTENER_MS;
  }
}

/** The address itself, and those it is a part of. */
function* addressesAbove(uri: string): Generator<string> {
  if (uri.length > URI_MAX_CHARS) return;
  yield uri;
  let end = uri.lastIndexOf('/');
  for (let level = 0; level < LEVELS_MAX && end > 0; level += 1) {
    yield uri.slice(0, end);
    end = uri.lastIndexOf('/', end - 1);
  }
}
