import type { Client, McpSubscription, SubscriptionFilter } from '@modelcontextprotocol/client';
import { setTimeout as pause } from 'node:timers/promises';
import { LISTS, type ListName } from './definitions.js';

/** Pause before another stream is opened in place of one that the server ended; it doubles each time that there is none. */
const LISTEN_AGAIN_MS = 1_000;
const LISTEN_AGAIN_MAX_MS = 120_000;
/** A stream that was open for so long was one. */
const STREAM_MS = 2_000;
/** Least pause between two streams that are opened since other resources are watched, at all and for each resource. */
const STREAM_PAUSE_MS = 50;
const STREAM_PAUSE_PER_RESOURCE_MS = 1;

export interface AnnouncementListener {
  /** The server offers something else in these lists than before, or may do so. */
  onListsChanged: (lists: readonly ListName[]) => void;
  /** The resource at this address has changed, or may have. */
  onResourceUpdated: (uri: string) => void;
}

/**
 * What a server says without being asked: that its lists changed, or a resource that somebody watches. Legacy servers say so on
 * the connection, about the resources they were asked to watch; modern ones on a stream that is opened for what is wanted.
 */
export class Announcements {
  private readonly watched = new Set<string>();
  /** Resources of which the server has not been told that they are watched now, or no longer. */
  private readonly untold = new Set<string>();
  /** The resources a legacy server was asked to watch. */
  private readonly subscribed = new Set<string>();
  /** The stream of a modern server. */
  private stream: McpSubscription | undefined;
  /** Earliest time of the next one, monotonic clock, ms. */
  private nextStreamAt = 0;
  /** Streams, one after the other, that were refused or soon ended. */
  private failures = 0;
  /** There was no stream for a while: what changed then was not heard of. */
  private hasMissed = false;
  private isSyncing = false;
  private needsSync = false;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(
    private readonly client: Client,
    private readonly listener: AnnouncementListener,
  ) {
    for (const list of LISTS) {
      client.setNotificationHandler(`notifications/${list}/list_changed`, () => listener.onListsChanged([list]));
    }
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => listener.onResourceUpdated(params.uri));
  }

  /** Watches these resources too. Called once when the session has started, also where there are none. */
  watch(uris: readonly string[]): void {
    for (const uri of uris) {
      this.watched.add(uri);
      this.untold.add(uri);
    }
    void this.sync();
  }

  unwatch(uri: string): void {
    this.watched.delete(uri);
    this.untold.add(uri);
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
      else await this.subscribe();
    }
    this.isSyncing = false;
  }

  /** Of each resource, what has changed for it, however many others are watched. */
  private async subscribe(): Promise<void> {
    const canWatch = this.client.getServerCapabilities()?.resources?.subscribe;
    for (const uri of this.untold) {
      this.untold.delete(uri);
      const isWanted = this.watched.has(uri);
      if (!canWatch || this.isClosed || isWanted === this.subscribed.has(uri)) continue;
      if (isWanted) this.subscribed.add(uri);
      else this.subscribed.delete(uri);
      await this.send(isWanted ? 'resources/subscribe' : 'resources/unsubscribe', uri);
    }
  }

  /** A server that refuses cannot announce this resource; reading it works as before. */
  private async send(method: 'resources/subscribe' | 'resources/unsubscribe', uri: string): Promise<void> {
    await this.client.request({ method, params: { uri } }).catch(() => undefined);
  }

  /** A stream names all that is watched: it waits longer the more that is, for all that comes in the meantime. */
  private async openStream(): Promise<void> {
    const waitMs = this.nextStreamAt - performance.now();
    if (waitMs > 0) await pause(waitMs, undefined, { ref: false });
    if (this.isClosed) return;
    this.nextStreamAt = performance.now() + Math.max(STREAM_PAUSE_MS, this.watched.size * STREAM_PAUSE_PER_RESOURCE_MS);
    this.untold.clear();
    const filter = this.filter();
    const previous = this.stream;
    try {
      this.stream = Object.keys(filter).length > 0 ? await this.client.listen(filter) : undefined;
      const openedAt = performance.now();
      void this.stream?.closed.then((cause) => {
        if (performance.now() - openedAt > STREAM_MS) this.failures = 0;
        if (cause !== 'local') this.openStreamLater();
      });
      if (this.hasMissed) this.tellAll();
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

  private openStreamLater(): void {
    clearTimeout(this.timer);
    if (this.isClosed) return;
    this.hasMissed = true;
    const waitMs = Math.min(LISTEN_AGAIN_MS * 2 ** this.failures, LISTEN_AGAIN_MAX_MS);
    this.failures = Math.min(this.failures + 1, 10);
    this.timer = setTimeout(() => void this.sync(), waitMs);
    this.timer.unref();
  }

  /** Everything may have changed while there was no stream. */
  private tellAll(): void {
    this.hasMissed = false;
    this.listener.onListsChanged(LISTS);
    for (const uri of this.watched) this.listener.onResourceUpdated(uri);
  }
}
