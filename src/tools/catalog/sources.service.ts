import { Injectable } from '@nestjs/common';
import { loggerFor } from '../../common/log-contexts.js';
import type { ToolSource } from '../source/tool-source.js';
import { ChangeListeners } from '../../common/concurrency/change-listeners.js';

/** Something of a source: a tool, a resource, a template, a prompt. */
export interface Offer<T> {
  offer: T;
  source: ToolSource;
}

/** All sources of tools, resources and prompts: our own, then strangers', each in the order of their registration. */
@Injectable()
export class Sources {
  private readonly logger = loggerFor('Tools');
  private sources: ToolSource[] = [];
  private readonly changes = new ChangeListeners();

  /** A source announces itself, once, when its module starts. */
  register(source: ToolSource): void {
    const foreign = this.sources.filter(({ isForeign }) => isForeign);
    const own = this.sources.filter(({ isForeign }) => !isForeign);
    this.sources = source.isForeign ? [...own, ...foreign, source] : [...own, source, ...foreign];
    source.onChange(() => this.changed());
    this.changed();
  }

  /** The sources of strangers, all there are now, in the order in which they count. What they offer may be something else as well. */
  replaceForeign(sources: readonly ToolSource[]): void {
    this.sources = [...this.sources.filter(({ isForeign }) => !isForeign), ...sources];
    this.changed();
  }

  all(): readonly ToolSource[] {
    return this.sources;
  }

  /** What all sources offer of one kind, by key. `what`: the kind, with its article. Where two offer one of the same key, that of the first source counts. */
  collect<T>(
    what: string,
    listOf: (source: ToolSource) => readonly T[] | undefined,
    keyOf: (offer: T) => string,
  ): Map<string, Offer<T>> {
    const offers = new Map<string, Offer<T>>();
    for (const source of this.sources) {
      for (const offer of listOf(source) ?? []) {
        const key = keyOf(offer);
        if (offers.has(key)) this.logger.warn(`Two sources offer ${what} "${key}"; that of ${source.name} is left out`);
        else offers.set(key, { offer, source });
      }
    }
    return offers;
  }

  /** Called whenever a source came, or its lists would answer differently. */
  onChange(listener: () => void): void {
    this.changes.add(listener);
  }

  private changed(): void {
    this.changes.tell();
  }
}
