import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Metrics } from '../../telemetry/metrics.js';
import { ResultCache } from './result-cache.js';

/** Hits, misses and size of the result cache. */
@Injectable()
export class ResultCacheMetrics implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly cache: ResultCache,
  ) {}

  onModuleInit(): void {
    this.metrics.counter({
      name: 'tallygate_result_cache_lookups_total',
      help: 'Results of market data tools found in the cache (hit), or read from ClickHouse (miss)',
      labels: ['result'],
      read: () => Object.entries(this.cache.lookups).map(([result, value]) => ({ labels: { result }, value })),
    });
    this.metrics.gauge({
      name: 'tallygate_result_cache_entries',
      help: 'Results of market data tools in the cache',
      read: () => this.cache.size,
    });
  }
}
