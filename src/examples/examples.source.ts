import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import type { Tool, ToolSource } from '../tools/tool-source.js';
import { add, greet, timestamp } from './example-tools.js';

/** The smallest tool source there is, and the one to copy (docs/extending.md). */
@Injectable()
export class ExamplesSource implements ToolSource {
  readonly name = 'examples';
  private readonly all: readonly Tool[];

  constructor(clock: Clock) {
    this.all = [greet, add, timestamp(clock)];
  }

  tools(): readonly Tool[] {
    return this.all;
  }

  /** Its tools never change, so there is nothing to announce. */
  onChange(): void {}
}
