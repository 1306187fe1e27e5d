import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { TraceContext } from '../../../src/telemetry/trace-context.js';
import { AppConfig } from '../../../src/config/app-config.js';
import type { Outbound } from '../../../src/config/upstream/outbound.js';
import { templateSchema } from '../../../src/config/template-config.js';
import type { KeyAdmission } from '../../../src/api-keys/verification/key-admission.service.js';
import { SuspendedCalls } from '../../../src/tools/rounds/suspended-calls.service.js';
import { LoadBalancer } from '../../../src/servers/pool/load-balancer.service.js';
import { HealthChecks } from '../../../src/servers/pool/health-checks.service.js';
import type { CallerEmails } from '../../../src/servers/callers/caller-emails.service.js';
import type { RegisteredServer } from '../../../src/servers/registry/registered-server.js';
import type { ServerRegistry } from '../../../src/servers/registry/server-registry.service.js';
import { packageFolders } from '../../../src/servers/templates/server-packages.js';
import { SHIPPED_TEMPLATES } from '../../../src/servers/templates/shipped-templates.js';
import { defaultsOf, templateOf } from '../../../src/servers/templates/server-template.js';
import type { PinnedServer, ServerPins } from '../../../src/servers/approval/server-pins.service.js';
import { pinOf } from '../../../src/servers/approval/pin.js';
import type { OfferedLists } from '../../../src/servers/connection/definitions.js';
import { ServerPool } from '../../../src/servers/pool/server-pool.service.js';
import { PoolSources } from '../../../src/servers/source/pool-sources.service.js';
import { edited, NO_CHANGES, UNCHANGED, type PoolChanges, type ToolEdit } from '../../../src/servers/tool-changes/tool-change.js';
import { Cancellation } from '../../../src/common/concurrency/cancellation.js';
import { SILENT_CLIENT, type CallClient, type CallContext, type SentTexts } from '../../../src/tools/source/call-context.js';
import { InstructionsCatalog } from '../../../src/tools/catalog/instructions-catalog.service.js';
import { PromptCatalog } from '../../../src/tools/catalog/prompt-catalog.service.js';
import { ResourceCatalog } from '../../../src/tools/catalog/resource-catalog.service.js';
import { Sources } from '../../../src/tools/catalog/sources.service.js';
import { ToolCatalog } from '../../../src/tools/catalog/tool-catalog.service.js';
import { Tariff } from '../../../src/tariff/tariff.js';
import type { ToolOutcome, ToolRequest } from '../../../src/tools/call/tool-call.js';
import { ToolRunner } from '../../../src/tools/call/tool-runner.service.js';
import type { Tasks } from '../../../src/tools/tasks/tasks.service.js';
import { TestClock } from '../test-clock.js';
import { eventually } from '../eventually.js';
import { testConfig } from '../gateway/test-config.js';
import { Refusals } from '../../../src/telemetry/refusals.js';
import { textOf } from '../../../src/tools/source/content.js';

export const caller = { userId: 'u', role: 'user' as const, scopes: new Set(['tools:call' as const]) };
const DEFAULTS = { strategy: 'round_robin' as const, health_check_interval: 0.2 };

/** A registered server; its id is its name. Those of one template are a pool, unless another is named. */
export const server = (
  name: string,
  templateName: string,
  config: object = {},
  { weight = 1, pool = templateName }: { weight?: number; pool?: string } = {},
): RegisteredServer => ({
  id: name,
  name,
  pool,
  templateName,
  config: config as RegisteredServer['config'],
  metadata: {},
  enabled: true,
  weight,
  createdAt: new Date(),
  updatedAt: new Date(),
});

/** How a call comes in; a silent one of `caller` by default. */
interface RigCall {
  serverId?: string;
  client?: CallClient;
  trace?: TraceContext;
  userId?: string;
  headers?: IncomingHttpHeaders;
  keyName?: string;
  sent?: SentTexts;
}

const keyNamed = (name: string) => ({ id: 'k', name, allowedTools: null, rateLimitPerHour: null });

/** What is around the rig: the environment, settings of `servers`, and where tasks are kept, which is another story's. */
interface RigSurroundings {
  variables?: Record<string, string>;
  outbound?: Outbound;
  servers?: object;
  tasks?: Pick<Tasks, 'begin' | 'forget'>;
}

/** Users have their id for a name. */
const emails: Pick<CallerEmails, 'of'> = { of: async (userId) => `${userId}@example.com` };

const noTasks: Pick<Tasks, 'begin' | 'forget'> = { begin: async () => 'task', forget: async () => undefined };

/** Upstream servers of one replica, from connection to catalog, without a database: every tool is approved. */
export class UpstreamRig {
  readonly config: AppConfig;
  private readonly sources = new Sources();
  readonly catalog: ToolCatalog;
  readonly resources: ResourceCatalog;
  readonly prompts: PromptCatalog;
  readonly instructions: InstructionsCatalog;
  readonly clock = new TestClock();
  readonly runner: ToolRunner;
  readonly servers: ServerPool;
  readonly health: HealthChecks;
  readonly balancer: LoadBalancer;
  /** Callers have no keys here. */
  readonly suspendedCalls: SuspendedCalls;
  /** What is registered now. */
  registered: readonly RegisteredServer[] = [];
  /** By pool, what an operator has changed of its tools. */
  private readonly changes = new Map<string, PoolChanges>();
  private listener: () => void = () => undefined;

  constructor(
    private readonly templates: Record<string, object>,
    pins: Pick<ServerPins, 'admit'> = { admit: admitAll },
    { variables, outbound, servers = {}, tasks = noTasks }: RigSurroundings = {},
  ) {
    const { values } = testConfig({ servers: { allowed_networks: ['127.0.0.0/8'], ...servers } });
    this.config = new AppConfig(values, variables, [], outbound);
    this.catalog = new ToolCatalog(this.config, this.sources, new Tariff(this.config), new Refusals(this.clock));
    this.resources = new ResourceCatalog(this.sources, this.config);
    this.prompts = new PromptCatalog(this.sources, this.config);
    this.instructions = new InstructionsCatalog(this.sources, this.catalog);
    this.runner = new ToolRunner(this.config);
    this.suspendedCalls = new SuspendedCalls(this.runner, {} as KeyAdmission, this.clock);
    const registry = {
      all: () => this.registered,
      template: (name: string) => this.template(name),
      changesOf: (pool: string) => this.changes.get(pool) ?? NO_CHANGES,
      onChange: (listener: () => void) => (this.listener = listener),
    } as unknown as ServerRegistry;
    this.servers = new ServerPool(registry, this.config, emails as CallerEmails);
    this.health = new HealthChecks(this.servers, pins as ServerPins);
    this.balancer = new LoadBalancer(this.servers, this.config);
    for (const catalog of [this.catalog, this.resources, this.prompts, this.instructions]) catalog.onModuleInit();
    new PoolSources(this.sources, this.servers, this.health, this.balancer, registry, tasks as Tasks).onModuleInit();
    void this.health.onApplicationBootstrap();
    this.servers.onApplicationBootstrap();
  }

  /** Replaces what is registered and waits until all of it is healthy. */
  async register(...servers: RegisteredServer[]): Promise<void> {
    this.set(...servers);
    await eventually(() => {
      const { total, healthy } = this.health.numbers();
      const listed = this.servers.all().every(({ approved }) => approved.size > 0);
      if (healthy < total || !listed) throw new Error(JSON.stringify(servers.map(({ id }) => this.health.of(id))));
    }, 15_000);
  }

  set(...servers: RegisteredServer[]): void {
    this.registered = servers;
    this.listener();
  }

  /** Changes tools of a pool, by the servers' own name; the others of it are as their servers have them. */
  change(pool: string, edits: Record<string, ToolEdit>): void {
    this.setChanges(pool, new Map(Object.entries(edits).map(([tool, edit]) => [tool, edited(UNCHANGED, edit)])));
  }

  setChanges(pool: string, changes: PoolChanges): void {
    this.changes.set(pool, changes);
    this.listener();
  }

  /** What a resource or a prompt is read with. */
  context(client: CallClient = SILENT_CLIENT, sent?: SentTexts): CallContext {
    const told = { principal: caller, requestId: 'r', cancellation: new Cancellation(), client };
    return sent ? { ...told, sent: () => sent } : told;
  }

  async call(
    name: string,
    args: Record<string, unknown> = {},
    cancellation = new Cancellation(),
    { serverId, client = SILENT_CLIENT, trace, userId = caller.userId, headers = {}, keyName, sent }: RigCall = {},
  ) {
    const { result, errorCode, inputRequired, effect, serverError } = await this.round({
      entry: this.catalog.get(name, caller),
      arguments: args,
      principal: { ...caller, userId, ...(keyName !== undefined && { apiKey: keyNamed(keyName) }) },
      headers,
      requestId: 'r',
      clientName: 't',
      protocolVersion: '',
      transport: 'http',
      cancellation,
      client,
      trace,
      serverId,
      ...(sent && { sent: () => sent }),
    });
    return { ...result, errorCode, inputRequired, effect, serverError, text: textOf(result) };
  }

  /** One call, or one round of one, as `ToolCalls` runs it. */
  private async round(request: ToolRequest): Promise<ToolOutcome> {
    const { client, entry } = request;
    if (!client.takesRounds) return this.runner.run(request);
    const startedAtMonotonic = this.clock.monotonic();
    const call = { id: randomUUID(), entry, request, startedAt: 0, startedAtMonotonic, span: undefined };
    const answered = this.suspendedCalls.answerTo(request) as unknown as ToolOutcome | undefined;
    if (answered) return answered;
    const suspended = this.suspendedCalls.find(request);
    if (suspended?.answered) return (await suspended.answered) as never;
    if (suspended && this.suspendedCalls.resume(suspended, request)) return suspended.next(call);
    const settle = async (_: unknown, outcome: ToolOutcome) => ({ ...outcome, json: { result: '' } }) as never;
    return this.suspendedCalls.begin({ call, claim: undefined, settle });
  }

  names(): string[] {
    return this.catalog.visibleTo(caller).map(({ tool }) => tool.name);
  }

  /** Where calls went so far. */
  get counts(): Record<string, number> {
    return this.balancer.numbers().requests_per_server;
  }

  async close(): Promise<void> {
    await this.suspendedCalls.giveUpAll();
    await this.health.onApplicationShutdown();
    await this.servers.onApplicationShutdown();
  }

  private template(name: string) {
    const shipped = SHIPPED_TEMPLATES[name];
    const own = this.templates[name];
    return templateOf(name, own ? templateSchema.parse(own) : shipped!(packageFolders(this.config.values.data_dir)), {
      ...defaultsOf(this.config.values),
      ...DEFAULTS,
    });
  }
}

/** Everything that a server offers passes. */
export const admitAll = async (_: PinnedServer, lists: OfferedLists) => ({
  approved: new Map(lists.tools.map(({ name, text }) => [name, pinOf('tool', text)])),
  lists,
  waiting: {},
  withheldTools: [],
  withheldResources: new Set<string>(),
});
