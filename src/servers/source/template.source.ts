import { UriTemplate } from '@modelcontextprotocol/client';
import type { Prompt } from '../../tools/source/prompt.js';
import type { Resource, ResourceTemplate } from '../../tools/source/resource.js';
import type { Tool, ToolSource } from '../../tools/source/tool-source.js';
import type { ServerTemplate } from '../templates/template.js';
import { publicToolName } from './tool-name.js';
import type { UpstreamToolDefinition } from '../approval/tool-pin.js';
import type { PromptDefinition, ResourceDefinition, TemplateDefinition } from '../connection/offered-lists.js';
import type { UpstreamRequests } from './pool-requests.js';
import type { UpstreamServer } from '../pool/pooled-server.js';

/** Everything the servers of one template offer. Where two offer different things of one name, the server registered first counts. */
export class UpstreamSource implements ToolSource {
  private readonly listeners: (() => void)[] = [];
  private readonly watchers = new Map<string, Set<() => void>>();
  private servers: readonly UpstreamServer[] = [];
  /** By their own name; the same object while its pin is the same, since compiling its schema costs. */
  private offered = new Map<string, { pin: string; tool: Tool }>();
  private offeredResources: readonly Resource[] = [];
  private offeredTemplates: readonly ResourceTemplate[] = [];
  private offeredPrompts: readonly Prompt[] = [];

  constructor(
    readonly name: string,
    private readonly requests: UpstreamRequests,
  ) {}

  tools(): readonly Tool[] {
    return [...this.offered.values()].map(({ tool }) => tool);
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

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  watch(uri: string, listener: () => void): () => void {
    const watchers = this.watchers.get(uri) ?? new Set();
    watchers.add(listener);
    this.watchers.set(uri, watchers);
    if (watchers.size === 1) this.follow();
    return () => {
      if (!watchers.delete(listener) || watchers.size > 0) return;
      this.watchers.delete(uri);
      this.follow();
    };
  }

  /** Takes what the servers of the template offer now; of their tools, the approved ones. */
  update(servers: readonly UpstreamServer[]): void {
    this.servers = servers;
    this.offered = this.toolsOf(servers);
    this.offeredResources = entries(
      servers,
      ({ offer }) => offer.resources,
      ({ uri }) => uri,
      (resource, server) => this.resource(resource, server),
    );
    this.offeredTemplates = entries(
      servers,
      ({ offer }) => offer.templates,
      ({ uriTemplate }) => uriTemplate,
      (template, server) => this.template(template, server),
    );
    this.offeredPrompts = entries(
      servers,
      ({ offer }) => offer.prompts,
      ({ name }) => name,
      (prompt, server) => this.prompt(prompt, server),
    );
    this.follow();
    for (const listener of this.listeners) listener();
  }

  private toolsOf(servers: readonly UpstreamServer[]): typeof this.offered {
    const offered: typeof this.offered = new Map();
    for (const { approved, offer, template } of servers) {
      for (const definition of offer.tools) {
        const pin = approved.get(definition.name);
        if (pin === undefined || offered.has(definition.name)) continue;
        const known = this.offered.get(definition.name);
        offered.set(definition.name, known?.pin === pin ? known : { pin, tool: this.tool(definition, pin, template) });
      }
    }
    return offered;
  }

  private tool(definition: UpstreamToolDefinition, pin: string, template: ServerTemplate): Tool {
    const { name, title, description = '', inputSchema, outputSchema, annotations } = definition;
    const tableName = tableOf(definition, template);
    return {
      name: publicToolName(template.name, name, template.prefix === 'template'),
      title: title ?? name,
      description,
      inputSchema,
      ...(outputSchema && { outputSchema }),
      ...(annotations && { annotations }),
      price: ownValue(template.prices, name) ?? template.price,
      tableName,
      timeoutMs: timeoutOf(template),
      call: (args, context) => this.requests.callTool(definition, pin, tableName, args, context),
    };
  }

  private resource(definition: ResourceDefinition, { template }: UpstreamServer): Resource {
    const { uri, name } = definition;
    const tableName = ownValue(template.tables, name) ?? '';
    const offers = ({ offer }: UpstreamServer) => offer.resources.some((resource) => resource.uri === uri);
    return {
      ...definition,
      tableName,
      timeoutMs: timeoutOf(template),
      read: (_, context) => this.requests.read(uri, tableName, offers, context),
    };
  }

  private template(definition: TemplateDefinition, { template, completes }: UpstreamServer): ResourceTemplate {
    const { uriTemplate, name } = definition;
    const pattern = new UriTemplate(uriTemplate);
    const tableName = ownValue(template.tables, name) ?? '';
    const offers = ({ offer }: UpstreamServer) => offer.templates.some((one) => one.uriTemplate === uriTemplate);
    return {
      ...definition,
      tableName,
      timeoutMs: timeoutOf(template),
      matches: (uri) => pattern.match(uri) !== null,
      read: (uri, context) => this.requests.read(uri, tableName, offers, context),
      ...(completes && { complete: this.requests.completer({ type: 'ref/resource', uri: uriTemplate }, offers) }),
    };
  }

  private prompt(definition: PromptDefinition, { template, completes }: UpstreamServer): Prompt {
    const { name } = definition;
    const offers = ({ offer }: UpstreamServer) => offer.prompts.some((prompt) => prompt.name === name);
    return {
      ...definition,
      name: publicToolName(template.name, name, template.prefix === 'template'),
      timeoutMs: timeoutOf(template),
      get: (args, context) => this.requests.getPrompt(name, args, offers, context),
      ...(completes && { complete: this.requests.completer({ type: 'ref/prompt', name }, offers) }),
    };
  }

  private follow(): void {
    const uris = new Set(this.watchers.keys());
    for (const server of this.servers) {
      server.onUpdated = (uri) => this.updated(uri);
      server.follow(uris);
    }
  }

  /** What a server calls changed may be a part of what is watched. */
  private updated(changed: string): void {
    for (const [uri, watchers] of this.watchers) {
      if (changed === uri || changed.startsWith(`${uri}/`)) for (const listener of watchers) listener();
    }
  }
}

/** An entry for each key, of the first server that has it; one that cannot be used is left out alone. */
function entries<Definition, Entry>(
  servers: readonly UpstreamServer[],
  definitionsOf: (server: UpstreamServer) => readonly Definition[],
  keyOf: (definition: Definition) => string,
  entryOf: (definition: Definition, server: UpstreamServer) => Entry,
): Entry[] {
  const found = new Map<string, Entry>();
  for (const server of servers) {
    for (const definition of definitionsOf(server)) {
      const key = keyOf(definition);
      const entry = found.has(key) ? undefined : usable(() => entryOf(definition, server));
      if (entry) found.set(key, entry);
    }
  }
  return [...found.values()];
}

function usable<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined; // e.g. a URI template that is none
  }
}

/** A server may have to be connected to first, or a second one be asked. */
const timeoutOf = ({ timeoutMs, connectTimeoutMs }: ServerTemplate): number => timeoutMs + connectTimeoutMs;

/** docs/servers.md: the tool's own word first, then the template's. */
function tableOf({ name, _meta }: UpstreamToolDefinition, { tables }: ServerTemplate): string {
  const own = _meta?.['tallygate/table'];
  return typeof own === 'string' ? own : (ownValue(tables, name) ?? '');
}

const ownValue = <T>(values: Record<string, T>, name: string): T | undefined =>
  Object.hasOwn(values, name) ? values[name] : undefined;
