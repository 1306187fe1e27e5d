import { api, gatewayAddress, type Schemas } from './api';

/** A call that was just recorded; among everybody's with whose it is. */
export type LiveCall = Schemas['UsageRecordDto'] & { user_email?: string | null };

const AGAIN_MS = 5_000;

/** Whom a stream of calls tells. */
export interface Hearers {
  oncall: (call: LiveCall) => unknown;
  /** It has begun, at first or again: calls from before it are in the list. */
  onbegin?: () => unknown;
  /** Calls were left out. Null: nobody knows how many. */
  onskip?: (count: number | null) => unknown;
}

/** Calls as they are recorded. A stream that breaks off comes back by itself. */
export class Live {
  isLost = $state(false);
  private source: EventSource | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly hearers: Hearers) {}

  open(address: string): void {
    const { oncall, onbegin, onskip } = this.hearers;
    const source = (this.source = new EventSource(address));
    source.onopen = () => {
      this.isLost = false;
      onbegin?.();
    };
    source.onmessage = ({ data }: MessageEvent<string>) => oncall(JSON.parse(data) as LiveCall);
    source.addEventListener('skipped', ({ data }: MessageEvent<string>) =>
      onskip?.((JSON.parse(data) as Schemas['CallsSkippedDto']).count),
    );
    source.onerror = () => this.lost(source, address);
  }

  close(): void {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = undefined;
    this.isLost = false;
  }

  /** A browser opens a stream that broke off again by itself, but not one that was refused. */
  private lost(source: EventSource, address: string): void {
    this.isLost = true;
    if (source.readyState === EventSource.CLOSED) this.timer = setTimeout(() => void this.again(source, address), AGAIN_MS);
  }

  /** Where the session is over, whoever looks is asked to sign in, as by any request. */
  private async again(refused: EventSource, address: string): Promise<void> {
    await api.get('/api/auth/me').catch(() => undefined);
    if (this.source === refused) this.open(address);
  }
}

type StreamPath = '/api/mcp-usage/stream' | '/api/admin/calls/stream';

/** Listens while the page is there and says what to. Undefined: to nothing right now. */
export function live(
  calls: () => { path: StreamPath; query?: Readonly<Record<string, string | number | undefined>> } | undefined,
  hearers: Hearers,
): Live {
  const made = new Live(hearers);
  const wanted = $derived.by(() => {
    const { path, query = {} } = calls() ?? {};
    return path && gatewayAddress(path, query);
  });
  $effect(() => {
    if (wanted) made.open(wanted);
    return () => made.close();
  });
  return made;
}
