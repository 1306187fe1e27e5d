import { setTimeout as pause } from 'node:timers/promises';
import { TestUpstream } from '../support/upstreams/test-upstream.js';

/** Longer than a lease of the gateways, and than any call here takes. */
const TIMEOUT_SECONDS = 12;
export const WORK_PRICE = 3;
/** Longest that the tool works, whatever a hostile caller asks for: an answer in the moment of the timeout may be either. */
const WORK_MAX_MS = 9_000;
/** More than ever call at once. */
const CONCURRENCY = 200;

/** Templates of the gateways, by whether they charge for calls whose callers left before the end. */
export const TEMPLATES = { slow: { charge_cancelled: false }, begun: { charge_cancelled: true } } as const;

/**
 * An upstream MCP server whose tool `work` takes as many milliseconds as its arguments say (`ms`). It is no part that breaks: it
 * bears witness to how often each call (`call`) was run.
 */
export class SlowServer {
  /** How often a call was run, by its id. */
  readonly runs = new Map<number, number>();
  private readonly upstream = new TestUpstream();

  constructor() {
    this.upstream.tools = [{ name: 'work', description: 'Takes its time.', inputSchema: { type: 'object' } }];
    // Hostile arguments may not say which call they are of.
    this.upstream.work = async ({ call, ms }) => {
      if (typeof call === 'number') this.runs.set(call, (this.runs.get(call) ?? 0) + 1);
      await pause(Math.min(Number(ms) || 0, WORK_MAX_MS));
    };
  }

  async start(): Promise<void> {
    await this.upstream.start();
  }

  stop(): Promise<void> {
    return this.upstream.stop();
  }

  /** Of a gateway, once the server has started. */
  settings(): string {
    const common = {
      transport: 'http',
      protocol: 'legacy',
      url: this.upstream.url,
      headers: { Authorization: `Bearer ${this.upstream.apiKey}` },
      price: WORK_PRICE,
      timeout_seconds: TIMEOUT_SECONDS,
      concurrency: CONCURRENCY,
      health_check_interval: 1,
    };
    const templates = Object.entries(TEMPLATES).map(([name, own]) => [name, { ...common, ...own }] as const);
    const settings = { servers: { allowed_networks: ['127.0.0.0/8'] }, templates: Object.fromEntries(templates) };
    return Object.entries(settings)
      .map(([name, values]) => `${name}: ${JSON.stringify(values)}\n`)
      .join('');
  }
}
