import type { Client, McpSubscription, SubscriptionFilter } from '@modelcontextprotocol/client';

/** How soon a server is listened to again that ended the stream. */
const LISTEN_AGAIN_MS = 1_000;

export interface NewsListener {
  /** The server offers other tools, resources or prompts than before, or may do so. */
  onListChanged: () => void;
  /** What stands at the address has changed, or may have. */
  onUpdated: (uri: string) => void;
}

/**
 * What a server says of its own accord: that its lists changed, or a resource somebody watches. Servers before 2026-07-28 say
 * so on the connection once they are asked about a resource; later ones on a stream opened for what is wanted.
 */
export class UpstreamNews {
  private wanted: ReadonlySet<string> = new Set();
  private told: ReadonlySet<string> = new Set();
  private subscription: McpSubscription | undefined;
  private isWorking = false;
  private isStale = false;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly client: Client,
    private readonly listener: NewsListener,
  ) {
    for (const list of ['tools', 'resources', 'prompts'] as const) {
      client.setNotificationHandler(`notifications/${list}/list_changed`, () => listener.onListChanged());
    }
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => listener.onUpdated(params.uri));
  }

  /** Watches these resources from now on, and no others. */
  follow(uris: ReadonlySet<string>): void {
    this.wanted = new Set(uris);
    this.refresh();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    void this.subscription?.close().catch(() => undefined);
  }

  /** One at a time; a change that comes meanwhile is the next. */
  private refresh(): void {
    this.isStale = true;
    if (!this.isWorking) void this.work();
  }

  private async work(): Promise<void> {
    this.isWorking = true;
    while (this.isStale && !this.closed) {
      this.isStale = false;
      if (this.client.getProtocolEra() === 'modern') await this.listen();
      else await this.subscribe(this.wanted);
    }
    this.isWorking = false;
  }

  private async subscribe(wanted: ReadonlySet<string>): Promise<void> {
    if (!this.client.getServerCapabilities()?.resources?.subscribe) return;
    for (const uri of this.told) if (!wanted.has(uri)) await this.tell('resources/unsubscribe', uri);
    for (const uri of wanted) if (!this.told.has(uri)) await this.tell('resources/subscribe', uri);
    this.told = wanted;
  }

  /** A server that refuses has said what it can do; its reads work as before. */
  private async tell(method: 'resources/subscribe' | 'resources/unsubscribe', uri: string): Promise<void> {
    await this.client.request({ method, params: { uri } }).catch(() => undefined);
  }

  private async listen(): Promise<void> {
    const filter = this.filter();
    const before = this.subscription;
    try {
      this.subscription = Object.keys(filter).length > 0 ? await this.client.listen(filter) : undefined;
      void this.subscription?.closed.then((cause) => cause !== 'local' && this.listenAgain());
    } catch {
      this.listenAgain();
    }
    await before?.close().catch(() => undefined);
  }

  private filter(): SubscriptionFilter {
    const { tools, prompts, resources } = this.client.getServerCapabilities() ?? {};
    return {
      ...(tools?.listChanged && { toolsListChanged: true }),
      ...(prompts?.listChanged && { promptsListChanged: true }),
      ...(resources?.listChanged && { resourcesListChanged: true }),
      ...(resources?.subscribe && this.wanted.size > 0 && { resourceSubscriptions: [...this.wanted] }),
    };
  }

  /** What changed while nobody listened is not known. */
  private listenAgain(): void {
    clearTimeout(this.timer);
    if (this.closed) return;
    this.timer = setTimeout(() => {
      this.refresh();
      this.listener.onListChanged();
      for (const uri of this.wanted) this.listener.onUpdated(uri);
    }, LISTEN_AGAIN_MS);
    this.timer.unref();
  }
}
