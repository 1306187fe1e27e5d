import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Metrics } from '../../telemetry/metrics.js';
import { ApiKeyVerifier } from './api-key.verifier.js';
import { AuthChangeFeed } from '../../auth/changes/auth-change-feed.js';

/** What the verification of keys costs, whom it refuses, and whether it hears of revocations. */
@Injectable()
export class ApiKeyMetrics implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly verifier: ApiKeyVerifier,
    private readonly feed: AuthChangeFeed,
  ) {}

  onModuleInit(): void {
    const { metrics, verifier } = this;
    metrics.add(verifier.denials);
    metrics.counter({
      name: 'tallygate_api_key_lookups_total',
      help: 'API keys that memory knew (hit), and that PostgreSQL was asked for (miss)',
      labels: ['result'],
      read: () => Object.entries(verifier.lookups).map(([result, value]) => ({ labels: { result }, value })),
    });
    metrics.gauge({
      name: 'tallygate_api_key_lookups_waiting',
      help: 'API keys that wait to be looked up in PostgreSQL',
      read: () => verifier.waiting,
    });
    metrics.gauge({
      name: 'tallygate_auth_changes_fresh',
      help: '1 while this process has heard of every change to users and keys until two seconds ago, else 0',
      read: () => Number(this.feed.isFresh()),
    });
  }
}
