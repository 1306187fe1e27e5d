import { Injectable } from '@nestjs/common';
import type { ToolSource } from './tool-source.js';

/** All sources of tools, resources and prompts, in the order of their registration. */
@Injectable()
export class Sources {
  private readonly sources: ToolSource[] = [];
  private readonly listeners: (() => void)[] = [];

  /** A source announces itself, once, when its module starts. */
  register(source: ToolSource): void {
    this.sources.push(source);
    source.onChange(() => this.changed());
    this.changed();
  }

  all(): readonly ToolSource[] {
    return this.sources;
  }

  /** Called whenever a source came, or its lists would answer differently. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}
