import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Metrics, type Reading } from '../telemetry/metrics.js';
import type { Circuit, HealthState } from './pool/circuit-breaker.js';
import type { PooledServer } from './pool/pooled-server.js';
import { ServerPool } from './pool/server-pool.service.js';

const STATES: readonly HealthState[] = ['healthy', 'degraded', 'unhealthy', 'unknown'];
const CIRCUITS: readonly Circuit[] = ['closed', 'half-open', 'open'];

/** Health, circuit and load of the enabled upstream servers, as far as this replica knows. */
@Injectable()
export class ServerMetrics implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly pool: ServerPool,
  ) {}

  onModuleInit(): void {
    this.registerStates();
    this.registerLoad();
  }

  /** One series for each state, of which one at a time is 1. */
  private registerStates(): void {
    this.metrics.gauge({
      name: 'tallygate_upstream_state',
      help: 'Health of an upstream server: 1 for the state it is in, else 0',
      labels: ['server', 'template', 'state'],
      read: () => this.enabled().flatMap((server) => stateSet(server, 'state', STATES, server.health.state)),
    });
    this.metrics.gauge({
      name: 'tallygate_upstream_circuit',
      help: 'Circuit breaker of an upstream server: 1 for the state it is in, else 0',
      labels: ['server', 'template', 'circuit'],
      read: () => this.enabled().flatMap((server) => stateSet(server, 'circuit', CIRCUITS, server.circuit)),
    });
  }

  private registerLoad(): void {
    const each = (value: (server: PooledServer) => number) => () =>
      this.enabled().map((server) => ({ labels: labelsOf(server), value: value(server) }));
    const labels = ['server', 'template'];
    this.metrics.counter({
      name: 'tallygate_upstream_calls_total',
      help: 'Calls sent to an upstream server',
      labels,
      read: each(({ requests }) => requests),
    });
    this.metrics.gauge({
      name: 'tallygate_upstream_calls_in_flight',
      help: 'Calls an upstream server is busy with',
      labels,
      read: each(({ active }) => active),
    });
    this.metrics.gauge({
      name: 'tallygate_upstream_latency_seconds',
      help: 'Moving average of the time an upstream server takes to answer',
      labels,
      read: each(({ latencyMs }) => latencyMs / 1_000),
    });
    this.metrics.gauge({
      name: 'tallygate_upstream_processes',
      help: 'Child processes that are alive',
      read: () => this.pool.processes,
    });
  }

  private enabled(): PooledServer[] {
    return this.pool.all().filter(({ isEnabled }) => isEnabled);
  }
}

const labelsOf = ({ name, template }: PooledServer) => ({ server: name, template: template.name });

function stateSet(server: PooledServer, label: string, states: readonly string[], current: string): Reading & object {
  return states.map((state) => ({ labels: { ...labelsOf(server), [label]: state }, value: Number(state === current) }));
}
