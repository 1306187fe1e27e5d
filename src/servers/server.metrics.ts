import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Metrics, type Reading } from '../telemetry/metrics.js';
import type { HealthState } from './pool/health-report.js';
import type { UpstreamServer } from './pool/pooled-server.js';
import { UpstreamServers } from './pool/server-pool.service.js';

const STATES: readonly HealthState[] = ['healthy', 'degraded', 'unhealthy', 'unknown'];
const CIRCUITS: readonly UpstreamServer['circuit'][] = ['closed', 'half-open', 'open'];

/** How the upstream servers are that are switched on, as far as this replica knows. */
@Injectable()
export class ServerMetrics implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly servers: UpstreamServers,
  ) {}

  onModuleInit(): void {
    this.conditions();
    this.work();
  }

  /** One series for each state, of which one is 1. */
  private conditions(): void {
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

  private work(): void {
    const each = (value: (server: UpstreamServer) => number) => () =>
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
      read: () => this.servers.processes,
    });
  }

  private enabled(): UpstreamServer[] {
    return this.servers.all().filter(({ instance }) => instance.enabled);
  }
}

const labelsOf = ({ instance }: UpstreamServer) => ({ server: instance.name, template: instance.templateName });

function stateSet(server: UpstreamServer, label: string, states: readonly string[], current: string): Reading & object {
  return states.map((state) => ({ labels: { ...labelsOf(server), [label]: state }, value: Number(state === current) }));
}
