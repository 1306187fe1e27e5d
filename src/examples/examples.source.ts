import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { AppConfig } from '../config/app-config.js';
import { HourlyLimits } from '../limits/hourly-limits.js';
import { Tariff } from '../tariff/tariff.js';
import type { Resource } from '../tools/source/resource.js';
import type { Tool, ToolSource } from '../tools/source/tool-source.js';
import { settings } from './example-resources.js';
import { add, greet, timestamp } from './example-tools.js';

/** The smallest tool source, meant to be copied (docs/extending.md). */
@Injectable()
export class ExamplesSource implements ToolSource {
  readonly name = 'examples';
  private readonly all: readonly Tool[];
  private readonly settings: Resource;

  constructor(clock: Clock, config: AppConfig, tariff: Tariff, limits: HourlyLimits) {
    this.all = [greet, add, timestamp(clock)];
    this.settings = settings(config, tariff, limits);
  }

  tools(): readonly Tool[] {
    return this.all;
  }

  resources(): readonly Resource[] {
    return [this.settings];
  }

  /** Its tools never change, so there is nothing to announce. */
  onChange(): void {}
}
