import { Injectable, type OnModuleInit } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry, type Metric } from 'prom-client';
import { loggerFor } from '../common/log-contexts.js';
import { Tally } from './tally.js';
import { withDeadline } from '../common/concurrency/deadline.js';

/** What is read when Prometheus asks: one number, or one for each combination of labels. */
export type Reading = number | readonly { labels: Record<string, string>; value: number }[];

export interface MeterOptions {
  /** `tallygate_…`, with the unit at its end: `_seconds`, `_bytes`; `_total` for a counter. */
  name: string;
  help: string;
  labels?: readonly string[];
  /** Cheap, since it runs on every scrape. One that fails or takes too long is left out of that scrape. */
  read: () => Reading | Promise<Reading>;
}

/** From half a millisecond, where a call answered from memory lies, to the longest a tool may take by default. */
const LATENCY_BUCKETS_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** A backend that is away must not keep the other numbers from the operator. */
const READ_MAX_MS = 2_000;

/**
 * The numbers of this process, for Prometheus. Each room registers its own in its `*.metrics.ts`: what it counts anyway
 * is read when asked for, so that a call costs nothing more; only latencies are observed as they happen.
 */
@Injectable()
export class Metrics implements OnModuleInit {
  private readonly logger = loggerFor('Metrics');
  private readonly registry = new Registry();

  /** Of the process itself: CPU, memory, garbage collection, event loop lag. */
  onModuleInit(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  /** A number that goes up and down. */
  gauge(options: MeterOptions): void {
    const gauge: Gauge = new Gauge({
      ...this.settings(options),
      collect: () => this.collect(gauge, options, (labels, value) => gauge.set(labels, value)),
    });
  }

  /** A number that only grows, counted elsewhere. */
  counter(options: MeterOptions): void {
    const counter: Counter = new Counter({
      ...this.settings(options),
      collect: () => this.collect(counter, options, (labels, value) => counter.inc(labels, value)),
    });
  }

  /** A gauge without labels, as it is now; null where no room has registered it, or it could not be read. */
  async valueOf(name: string): Promise<number | null> {
    const found = await this.registry.getSingleMetric(name)?.get();
    return found?.values[0]?.value ?? null;
  }

  /** Adds one that its owner made with `latencyHistogram`, or a `Tally`, and writes to. */
  add(...owned: (Histogram | Tally<string>)[]): void {
    for (const metric of owned) {
      if (metric instanceof Tally) this.addTally(metric);
      else this.registry.registerMetric(metric as Metric);
    }
  }

  /** Everything, in Prometheus' text format. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  private addTally({ name, help, labels, counts }: Tally<string>): void {
    this.counter({ name, help, labels, read: () => counts });
  }

  private settings({ name, help, labels = [] }: MeterOptions) {
    return { name, help, labelNames: [...labels], registers: [this.registry] };
  }

  private async collect(
    meter: Gauge | Counter,
    { name, labels, read }: MeterOptions,
    write: (labels: Record<string, string>, value: number) => void,
  ): Promise<void> {
    meter.reset();
    try {
      const reading = await withinReadTime(read);
      if (typeof reading === 'number') write({}, reading);
      else for (const sample of reading) write(sample.labels, sample.value);
    } catch (error) {
      if (!labels) meter.remove(); // no number is better than a wrong 0
      this.logger.debug(`${name} is left out: ${(error as Error).message}`);
    }
  }
}

/** How long something takes, in seconds; for its owner to observe and for `Metrics.add`. */
export function latencyHistogram<Label extends string = never>(name: string, help: string, labelNames: Label[] = []) {
  return new Histogram<Label>({ name, help, labelNames, buckets: LATENCY_BUCKETS_S, registers: [] });
}

async function withinReadTime(read: MeterOptions['read']): Promise<Reading> {
  const reading = read();
  if (!(reading instanceof Promise)) return reading;
  return withDeadline(reading, READ_MAX_MS, () => new Error(`not read within ${READ_MAX_MS} ms`));
}

/** Observes how long the work takes, however it ends. */
export async function timed<Label extends string, T>(
  histogram: Histogram<Label>,
  labels: Record<Label, string>,
  work: () => Promise<T>,
): Promise<T> {
  const startedAt = performance.now();
  try {
    return await work();
  } finally {
    histogram.observe(labels, (performance.now() - startedAt) / 1_000);
  }
}
