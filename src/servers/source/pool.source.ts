import { isDeepStrictEqual } from 'node:util';
import { loggerFor } from '../../common/log-contexts.js';
import type { Prompt } from '../../tools/source/prompt.js';
import type { Resource, ResourceTemplate } from '../../tools/source/resource.js';
import type { Tool, ToolSource } from '../../tools/source/tool-source.js';
import { beginningOf } from '../../common/beginning-of.js';
import { UriTemplate } from '../../tools/source/uri-template.js';
import type {
  PromptDefinition,
  ResourceDefinition,
  ResourceTemplateDefinition,
  ToolDefinition,
} from '../connection/definitions.js';
import type { PooledServer } from '../pool/pooled-server.js';
import type { ServerTemplate } from '../templates/server-template.js';
import type { PoolRequests } from './pool-requests.js';
import { ResourceWatchers } from './resource-watchers.js';
import { publicToolName } from './tool-name.js';

const INSTRUCTIONS_MAX_CHARS = 2_000;

/** A tool of the catalog, and what it was made of. */
interface OfferedTool {
  pin: string;
  definition: ToolDefinition;
  tool: Tool;
}

/**
 * Everything the servers of one pool offer. Where two servers offer different things under one name, that of the server
 * registered first counts.
 */
export class PoolSource implements ToolSource {
  readonly isForeign = true;
  private readonly logger = loggerFor('Servers');
  private readonly watchers = new ResourceWatchers();
  private servers: readonly PooledServer[] = [];
  /** By their own name; the same object while nothing of it changes, so that the catalog keeps its entry. */
  private offeredTools = new Map<string, OfferedTool>();
  private offeredResources: readonly Resource[] = [];
  private offeredTemplates: readonly ResourceTemplate[] = [];
  private offeredPrompts: readonly Prompt[] = [];

  /** @param template the name of the one that all servers of the pool are of. */
  constructor(
    readonly name: string,
    readonly template: string,
    private readonly requests: PoolRequests,
  ) {}

  tools(): readonly Tool[] {
    return [...this.offeredTools.values()].map(({ tool }) => tool);
  }

  resources(): readonly Resource[] {
    return this.offeredResources;
  }

  resourceTemplates(): readonly ResourceTemplate[] {
    return this.offeredTemplates;
  }

  prompts(): readonly Prompt[] {
    return this.offeredPrompts;
  }

  /** Those of the server registered first that gives any, no longer than anybody reads. */
  instructions(): string | undefined {
    const given = this.servers.find(({ offered }) => offered.instructions !== undefined)?.offered.instructions;
    return given && beginningOf(given.trim(), INSTRUCTIONS_MAX_CHARS);
  }

  /** Told by whoever has it updated (`PoolSources`), of all pools at once. */
  onChange(): void {
    return undefined;
  }

  /** Whether somebody wants to hear of changes of its resources. */
  get isWatched(): boolean {
    return this.watchers.uris.length > 0;
  }

  watch(uri: string, listener: () => void): () => void {
    if (this.watchers.add(uri, listener)) this.watchOn(this.servers, [uri]);
    return () => {
      if (this.watchers.remove(uri, listener)) for (const server of this.servers) server.unwatch(uri);
    };
  }

  /** Takes over what these servers of the pool offer now; of their tools, the approved ones. */
  update(servers: readonly PooledServer[]): void {
    const newcomers = servers.filter((server) => !this.servers.includes(server));
    this.servers = servers;
    this.offeredTools = this.toolsOf(servers);
    this.offeredResources = firstOfEach(servers, resourcesOf, ({ id }) => id, this.resource.bind(this));
    this.offeredTemplates = firstOfEach(servers, templatesOf, ({ id }) => id, this.resourceTemplate.bind(this));
    this.offeredPrompts = firstOfEach(servers, promptsOf, ({ name }) => name, this.prompt.bind(this));
    this.watchOn(newcomers, this.watchers.uris);
    this.compare(servers);
  }

  /** Has each server know what it gets no calls for. */
  private compare(servers: readonly PooledServer[]): void {
    for (const { name, offers } of servers.filter(({ offers }) => offers.areKnown)) {
      const others = [...this.offeredTools].filter(([tool, { pin }]) => offers.approved.get(tool) !== pin);
      if (!offers.differFrom(others.map(([tool]) => tool))) continue;
      this.logger.warn(`${name} differs from its pool "${this.name}" and gets no calls of ${offers.differing.join(', ')}`);
    }
  }

  private toolsOf(servers: readonly PooledServer[]): typeof this.offeredTools {
    const tools: typeof this.offeredTools = new Map();
    for (const { approved, offered, template } of servers) {
      for (const definition of offered.tools) {
        const pin = approved.get(definition.name);
        if (pin === undefined || tools.has(definition.name)) continue;
        const known = this.offeredTools.get(definition.name);
        const isSame = known?.pin === pin && isDeepStrictEqual(known.definition, definition);
        tools.set(definition.name, isSame ? known : { pin, definition, tool: this.tool(definition, pin, template) });
      }
    }
    return tools;
  }

  private tool(definition: ToolDefinition, pin: string, template: ServerTemplate): Tool {
    const { name, title, description = '', inputSchema, outputSchema, annotations, json } = definition;
    const tableName = tableOf(definition, template);
    return {
      name: publicToolName(this.name, name, template.prefix !== 'none'),
      title: title ?? titleIn(annotations) ?? name,
      origin: { server: this.name, tool: name },
      description,
      inputSchema,
      ...(outputSchema && { outputSchema }),
      ...(annotations && { annotations }),
      listing: { ...json, title: json['title'] ?? JSON.stringify(titleIn(annotations) ?? name) },
      price: ownValue(template.prices, name) ?? template.price,
      tableName,
      timeoutMs: timeoutOf(template),
      isForeign: true,
      charge: chargesOf(template),
      call: (args, context) => this.requests.callTool(definition, pin, tableName, args, context),
    };
  }

  private resource(definition: ResourceDefinition, { template }: PooledServer): Resource {
    const { id: uri, name, json } = definition;
    const tableName = ownValue(template.tables, name) ?? '';
    const isOfferedBy = (server: PooledServer) => resourcesOf(server).some(({ id }) => id === uri);
    return {
      uri,
      name,
      listing: { ...json, name: JSON.stringify(name) },
      tableName,
      timeoutMs: timeoutOf(template),
      read: (_, context) => this.requests.read(uri, tableName, isOfferedBy, context),
    };
  }

  private resourceTemplate(
    definition: ResourceTemplateDefinition,
    { id, template, canComplete }: PooledServer,
  ): ResourceTemplate {
    const { id: uriTemplate, name, json } = definition;
    const pattern = new UriTemplate(uriTemplate);
    const tableName = ownValue(template.tables, name) ?? '';
    const isOfferedBy = (server: PooledServer) => templatesOf(server).some((one) => one.id === uriTemplate);
    return {
      uriTemplate,
      name,
      listing: { ...json, name: JSON.stringify(name) },
      tableName,
      timeoutMs: timeoutOf(template),
      matches: (uri, work) => pattern.matches(uri, (chars) => work.take(id, chars)),
      read: (uri, context) => this.requests.read(uri, tableName, isOfferedBy, context),
      ...(canComplete && { complete: this.requests.completer({ type: 'ref/resource', uri: uriTemplate }, isOfferedBy) }),
    };
  }

  private prompt(definition: PromptDefinition, { template, canComplete }: PooledServer): Prompt {
    const { name, description, arguments: args, json } = definition;
    const isOfferedBy = (server: PooledServer) => promptsOf(server).some((prompt) => prompt.name === name);
    return {
      ...(description !== undefined && { description }),
      arguments: args,
      listing: { ...json, title: json['title'] ?? JSON.stringify(name) },
      name: publicToolName(this.name, name, template.prefix !== 'none'),
      timeoutMs: timeoutOf(template),
      get: (args, context) => this.requests.getPrompt(name, args, isOfferedBy, context),
      ...(canComplete && { complete: this.requests.completer({ type: 'ref/prompt', name }, isOfferedBy) }),
    };
  }

  private watchOn(servers: readonly PooledServer[], uris: readonly string[]): void {
    for (const server of servers) server.watch(uris, (uri) => this.watchers.change(uri));
  }
}

const resourcesOf = ({ offered }: PooledServer) => offered.resources;
const templatesOf = ({ offered }: PooledServer) => offered.templates;
const promptsOf = ({ offered }: PooledServer) => offered.prompts;

/** An entry for each key, of the first server that has it. */
function firstOfEach<Definition, Entry>(
  servers: readonly PooledServer[],
  definitionsOf: (server: PooledServer) => readonly Definition[],
  keyOf: (definition: Definition) => string,
  entryOf: (definition: Definition, server: PooledServer) => Entry,
): Entry[] {
  const found = new Map<string, Entry>();
  for (const server of servers) {
    for (const definition of definitionsOf(server)) {
      const key = keyOf(definition);
      if (!found.has(key)) found.set(key, entryOf(definition, server));
    }
  }
  return [...found.values()];
}

/** Where tools had their titles before MCP 2025-06-18. */
const titleIn = (annotations: ToolDefinition['annotations']): string | undefined =>
  typeof annotations?.['title'] === 'string' ? annotations['title'] : undefined;

/** The server may have to be connected to first, or another one be asked instead. */
const timeoutOf = ({ timeoutMs, connectTimeoutMs }: ServerTemplate): number => timeoutMs + connectTimeoutMs;

const chargesOf = ({ charge_tool_errors, charge_cancelled }: ServerTemplate) => ({
  tool_errors: charge_tool_errors,
  cancelled: charge_cancelled,
});

/** What the tool itself says in `_meta`, if that is a table of the template; else what the template says. */
function tableOf({ name, meta }: ToolDefinition, { tables }: ServerTemplate): string {
  const own = meta?.['tallygate/table'];
  return typeof own === 'string' && Object.values(tables).includes(own) ? own : (ownValue(tables, name) ?? '');
}

const ownValue = <T>(values: Record<string, T>, name: string): T | undefined =>
  Object.hasOwn(values, name) ? values[name] : undefined;
