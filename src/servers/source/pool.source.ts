import { loggerFor } from '../../common/log-contexts.js';
import type { Prompt } from '../../tools/source/prompt.js';
import type { Resource, ResourceTemplate } from '../../tools/source/resource.js';
import type { Tool, ToolSource } from '../../tools/source/tool-source.js';
import { beginningOf } from '../../common/beginning-of.js';
import { UriTemplate } from '../../tools/source/uri-template.js';
import type { PromptDefinition, ResourceDefinition, ResourceTemplateDefinition } from '../connection/definitions.js';
import type { PooledServer } from '../pool/pooled-server.js';
import type { PoolChanges } from '../tool-changes/tool-change.js';
import { AppPages, showsPage } from './app-pages.js';
import { NO_OTHERS, PublicNames, type OtherPools } from './other-pools.js';
import type { PoolRequests } from './pool-requests.js';
import { PoolTools } from './pool-tools.js';
import { ResourceWatchers } from './resource-watchers.js';
import { ownValue, timeoutOf } from '../templates/template-values.js';

const INSTRUCTIONS_MAX_CHARS = 2_000;
/** Names of tools that are remembered of a pool. */
const NAMES_MAX = 10_000;

/**
 * Everything the servers of one pool offer. Where two servers offer different things under one name, that of the server
 * registered first counts.
 */
export class PoolSource implements ToolSource {
  readonly isForeign = true;
  private readonly logger = loggerFor('Servers');
  private readonly watchers = new ResourceWatchers();
  private servers: readonly PooledServer[] = [];
  private readonly names: PublicNames;
  private readonly offeredTools: PoolTools;
  private pages: AppPages;
  private offeredResources: readonly Resource[] = [];
  private offeredTemplates: readonly ResourceTemplate[] = [];
  private offeredPrompts: readonly Prompt[] = [];
  private readonly knownNames = new Set<string>();

  /** @param template the name of the one that all servers of the pool are of. */
  constructor(
    readonly name: string,
    readonly template: string,
    private readonly requests: PoolRequests,
  ) {
    this.names = new PublicNames(name);
    this.offeredTools = new PoolTools(name, requests, this.names);
    this.pages = new AppPages(name, [], NO_OTHERS);
  }

  tools(): readonly Tool[] {
    return this.offeredTools.all();
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
    const own = this.pages.own(uri);
    if (this.watchers.add(own, listener)) this.watchOn(this.servers, [own]);
    return () => {
      if (this.watchers.remove(own, listener)) for (const server of this.servers) server.unwatch(own);
    };
  }

  /** The addresses of its pages. */
  get pageAddresses(): readonly string[] {
    return this.pages.all;
  }

  /** Takes over what these servers of the pool offer now; of their tools, the approved ones, as operators have changed them. */
  update(servers: readonly PooledServer[], changes: PoolChanges, others: OtherPools): void {
    const newcomers = servers.filter((server) => !this.servers.includes(server));
    this.servers = servers;
    this.pages = new AppPages(this.name, servers, others);
    this.offeredTools.update(servers, changes, this.pages, others.pools);
    this.rememberNames(servers);
    const listed = firstOfEach(servers, resourcesOf, ({ id }) => id, this.resource.bind(this));
    this.offeredResources = [...listed, ...this.pages.unlisted(servers).map((uri) => this.page(uri))];
    this.offeredTemplates = firstOfEach(servers, templatesOf, ({ id }) => id, this.resourceTemplate.bind(this));
    this.offeredPrompts = firstOfEach(servers, promptsOf, ({ name }) => name, this.prompt.bind(this, others.pools)).flat();
    this.watchOn(newcomers, this.watchers.uris);
    this.compare(servers);
  }

  /** What its servers call their tools, those too that are switched off, wait for approval, or were offered before. */
  ownToolNames(): Iterable<string> {
    return this.knownNames;
  }

  private rememberNames(servers: readonly PooledServer[]): void {
    for (const { offered, offers } of servers) {
      for (const { name } of offered.tools) this.knownNames.add(name);
      for (const name of offers.withheldTools) this.knownNames.add(name);
    }
    for (const name of [...this.knownNames].slice(0, -NAMES_MAX)) this.knownNames.delete(name);
  }

  /** Has each server know what it gets no calls for. */
  private compare(servers: readonly PooledServer[]): void {
    for (const { name, offers } of servers.filter(({ offers }) => offers.areKnown)) {
      if (!offers.differFrom(this.offeredTools.otherThan(offers.approved))) continue;
      this.logger.warn(`${name} differs from its pool "${this.name}" and gets no calls of ${offers.differing.join(', ')}`);
    }
  }

  private resource(definition: ResourceDefinition, { template }: PooledServer): Resource {
    const { id: uri, name, json } = definition;
    const tableName = ownValue(template.tables, name) ?? '';
    const isOfferedBy = (server: PooledServer) => resourcesOf(server).some(({ id }) => id === uri);
    return {
      uri: this.pages.shown(uri),
      name,
      listing: { ...json, name: JSON.stringify(name) },
      tableName,
      timeoutMs: timeoutOf(template),
      read: this.reader(uri, tableName, isOfferedBy),
    };
  }

  /** Of a tool, and in no list. */
  private page(uri: string): Resource {
    const isOfferedBy = (server: PooledServer) => showsPage(server, uri);
    const timeoutMs = timeoutOf(this.servers.find(isOfferedBy)!.template);
    return {
      uri: this.pages.shown(uri),
      name: uri,
      tableName: '',
      timeoutMs,
      isUnlisted: true,
      read: this.reader(uri, '', isOfferedBy),
    };
  }

  private reader(uri: string, tableName: string, isOfferedBy: (server: PooledServer) => boolean): Resource['read'] {
    const { pages } = this;
    return async (_, context) => pages.inResult(await this.requests.read(uri, tableName, isOfferedBy, context), uri);
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
      matches: (uri, work) =>
        !this.pages.isOthers(uri) &&
        pattern.matches(uri, (chars) => work.take(id, chars)) &&
        !this.servers.some(({ offers }) => offers.withholds(uri)),
      read: (uri, context) => this.requests.read(uri, tableName, isOfferedBy, context),
      ...(canComplete && { complete: this.requests.completer({ type: 'ref/resource', uri: uriTemplate }, isOfferedBy) }),
    };
  }

  /** None where it would be called as those of another pool are. */
  private prompt(
    pools: ReadonlySet<string>,
    definition: PromptDefinition,
    { template, canComplete }: PooledServer,
  ): Prompt | never[] {
    const { name, description, arguments: args, json } = definition;
    const publicName = this.names.of('prompt', name, template, pools);
    if (publicName === undefined) return [];
    const isOfferedBy = (server: PooledServer) => promptsOf(server).some((prompt) => prompt.name === name);
    return {
      ...(description !== undefined && { description }),
      arguments: args,
      listing: { ...json, title: json['title'] ?? JSON.stringify(name) },
      name: publicName,
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
