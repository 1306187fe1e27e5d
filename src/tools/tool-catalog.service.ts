import { Injectable } from '@nestjs/common';
import type { ToolSource } from './tool-source.js';

/** Every tool of every source, and who may call which. */
@Injectable()
export class ToolCatalog {
  private readonly sources: ToolSource[] = [];

  /** A source announces itself, once, when its module starts. */
  register(source: ToolSource): void {
    this.sources.push(source);
  }
}
