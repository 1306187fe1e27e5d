import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Metrics } from '../telemetry/metrics.js';
import { CreditLeases } from './leases/credit-leases.service.js';
import { CreditPosting } from './posting/credit-posting.service.js';

/** How long credits keep a call waiting, what this replica holds of accounts, and how long posting takes. */
@Injectable()
export class CreditMetrics implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly leases: CreditLeases,
    private readonly posting: CreditPosting,
  ) {}

  onModuleInit(): void {
    this.metrics.add(this.leases.latency, this.posting.latency);
    this.metrics.gauge({
      name: 'tallygate_credits_queue_depth',
      help: 'Accounts whose calls wait for a lease',
      read: () => this.leases.waiting,
    });
    this.metrics.gauge({
      name: 'tallygate_credits_leased',
      help: 'Credits this process has leased and no call has reserved',
      read: () => this.leases.held.reduce((sum, { unreserved }) => sum + unreserved, 0),
    });
  }
}
