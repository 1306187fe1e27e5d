import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Metrics } from '../telemetry/metrics.js';
import { CreditLedger } from './credit-ledger.service.js';

/** How long credits keep a call waiting. */
@Injectable()
export class CreditMetrics implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly ledger: CreditLedger,
  ) {}

  onModuleInit(): void {
    this.metrics.add(this.ledger.latency);
    this.metrics.gauge({
      name: 'tallygate_credits_queue_depth',
      help: 'Calls waiting for their credits to be reserved or settled',
      labels: ['operation'],
      read: () => Object.entries(this.ledger.waiting).map(([operation, value]) => ({ labels: { operation }, value })),
    });
  }
}
