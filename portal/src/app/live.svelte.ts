import { on } from 'svelte/events';
import { createSubscriber } from 'svelte/reactivity';
import { refusedAnswer } from '../../../src/client/refused-answer';
import { api, gatewayAddress, type GatewayError, type Schemas } from './api';
import { Backoff } from './backoff';
import { standing } from './standing.svelte';

/** A call that was just recorded; among everybody's with whose it is. */
export type LiveCall = Schemas['UsageRecordDto'] & { user_id?: string; user_email?: string | null };

/** Between two tries of what is refused: at first, and at most. */
const AGAIN_FIRST_MS = 5_000;
const AGAIN_MOST_MS = 60_000;

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
  /** Why there are none right now, in a sentence. */
  problem = $state<string>();
  private source: EventSource | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly backoff = new Backoff(AGAIN_FIRST_MS, AGAIN_MOST_MS);

  constructor(private readonly hearers: Hearers) {}

  open(address: string): void {
    const { oncall, onbegin, onskip } = this.hearers;
    const source = (this.source = new EventSource(address));
    source.onopen = () => {
      this.problem = undefined;
      this.backoff.reset();
      onbegin?.();
    };
    source.onmessage = ({ data }: MessageEvent<string>) => {
      const call = JSON.parse(data) as LiveCall;
      standing.called(call);
      oncall(call);
    };
    source.addEventListener('skipped', ({ data }: MessageEvent<string>) =>
      onskip?.((JSON.parse(data) as Schemas['CallsSkippedDto']).count),
    );
    source.onerror = () => this.lost(source, address);
  }

  close(): void {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = undefined;
    this.problem = undefined;
    this.backoff.reset();
  }

  /** A browser opens a stream that broke off again by itself, but not one that was refused, and does not tell why that was. */
  private lost(source: EventSource, address: string): void {
    if (source.readyState === EventSource.CLOSED) void this.refused(source, address);
    else this.problem = LOST;
  }

  private async refused(source: EventSource, address: string): Promise<void> {
    const refusal = await refusalOf(address);
    // Where the session is over, whoever looks is asked to sign in, as by any request.
    if (refusal?.status === 401) await api.get('/api/auth/me').catch(() => undefined);
    if (this.source !== source) return;
    this.problem = refusal?.message ?? LOST;
    this.timer = setTimeout(() => this.open(address), Math.max(this.backoff.next(), 1_000 * (refusal?.retryAfterSeconds ?? 0)));
  }
}

const LOST = 'The connection to the gateway is lost.';

/** Asks for a stream only to hear why it is refused. Undefined: it is not, or no gateway answers. */
async function refusalOf(address: string): Promise<GatewayError | undefined> {
  const asked = new AbortController();
  try {
    const response = await fetch(address, { signal: asked.signal });
    return response.ok ? undefined : refusedAnswer(response, await response.json());
  } catch {
    return undefined;
  } finally {
    asked.abort();
  }
}

const onShownOrHidden = createSubscriber((update) => on(document, 'visibilitychange', update));

/** A browser has six connections to a gateway for all its tabs: one that nobody sees keeps none. */
function isHidden(): boolean {
  onShownOrHidden();
  return document.hidden;
}

type StreamPath = '/api/mcp-usage/stream' | '/api/admin/calls/stream';

/**
 * Listens while the page is seen and says what to. Undefined: to nothing right now. What came while it was hidden is in the list when the
 * stream has begun again.
 */
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
    if (wanted && !isHidden()) made.open(wanted);
    return () => made.close();
  });
  return made;
}
