import type { Client, McpSubscription, SubscriptionFilter } from '@modelcontextprotocol/client';

/** Pause before another stream is opened in place of one that the server ended. */
const LISTEN_AGAIN_MS = 1_000;

export interface AnnouncementListener {
  /** The server offers other tools, resources or prompts than before, or may do so. */
  onListChanged: () => void;
  /** The resource at this address has changed, or may have. */
  onResourceUpdated: (uri: string) => void;
}

/**
 * What a server says without being asked: that its lists changed, or a resource that somebody watches. Legacy servers say so on
 * the connection, about the resources they were asked to watch; modern ones on a stream that is opened for what is wanted.
 */
export class Announcements {
  private watched: ReadonlySet<string> = new Set();
  /** The resources a legacy server was asked to watch. */
  private subscribed: ReadonlySet<string> = new Set();
  /** The stream of a modern server. */
  private stream: McpSubscription | undefined;
  private isSyncing = false;
  private needsSync = false;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(
    private readonly client: Client,
    private readonly listener: AnnouncementListener,
  ) {
    for (const list of ['tools', 'resources', 'prompts'] as const) {
      client.setNotificationHandler(`notifications/${list}/list_changed`, () => listener.onListChanged());
    }
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => listener.onResourceUpdated(params.uri));
  }

  /** Watches these resources from now on, and no others. */
  watch(uris: ReadonlySet<string>): void {
    this.watched = new Set(uris);
    void this.sync();
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    void this.stream?.close().catch(() => undefined);
  }

  /** Tells the server what is wanted. One request at a time; what changes in the meantime is told next. */
  private async sync(): Promise<void> {
    this.needsSync = true;
    if (this.isSyncing) return;
    this.isSyncing = true;
    while (this.needsSync && !this.isClosed) {
      this.needsSync = false;
      if (this.client.getProtocolEra() === 'modern') await this.openStream();
      else await this.subscribe(this.watched);
    }
    this.isSyncing = false;
  }

  private async subscribe(wanted: ReadonlySet<string>): Promise<void> {
    if (!this.client.getServerCapabilities()?.resources?.subscribe) return;
    for (const uri of this.subscribed) if (!wanted.has(uri)) await this.send('resources/unsubscribe', uri);
    for (const uri of wanted) if (!this.subscribed.has(uri)) await this.send('resources/subscribe', uri);
    this.subscribed = wanted;
  }

  /** A server that refuses cannot announce this resource; reading it works as before. */
  private async send(method: 'resources/subscribe' | 'resources/unsubscribe', uri: string): Promise<void> {
    await this.client.request({ method, params: { uri } }).catch(() => undefined);
  }

  private async openStream(): Promise<void> {
    const filter = this.filter();
    const previous = this.stream;
    try {
      this.stream = Object.keys(filter).length > 0 ? await this.client.listen(filter) : undefined;
      void this.stream?.closed.then((cause) => cause !== 'local' && this.openStreamLater());
    } catch {
      this.openStreamLater();
    }
    await previous?.close().catch(() => undefined);
  }

  private filter(): SubscriptionFilter {
    const { tools, prompts, resources } = this.client.getServerCapabilities() ?? {};
    return {
      ...(tools?.listChanged && { toolsListChanged: true }),
      ...(prompts?.listChanged && { promptsListChanged: true }),
      ...(resources?.listChanged && { resourcesListChanged: true }),
      ...(resources?.subscribe && this.watched.size > 0 && { resourceSubscriptions: [...this.watched] }),
    };
  }

  /** Everything may have changed while there was no stream. */
  private openStreamLater(): void {
    clearTimeout(this.timer);
    if (this.isClosed) return;
    this.timer = setTimeout(() => {
      void this.sync();
      this.listener.onListChanged();
      for (const uri of this.watched) this.listener.onResourceUpdated(uri);
    }, LISTEN_AGAIN_MS);
    this.timer.unref();
  }
}
