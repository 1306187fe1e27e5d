import { Injectable, type OnModuleInit } from '@nestjs/common';
import { loggerFor } from '../../common/log-contexts.js';
import type { Principal } from '../../auth/access/principal.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig } from '../../config/app-config.js';
import { mayUse } from './tool-access.js';
import { McpList, type ListPage, type ListReader } from './mcp-list.js';
import { jsonMembers, listingOf } from './listing.js';
import { Sources } from './sources.service.js';
import type { CatalogTool } from './catalog-tool.js';
import { Refusals } from '../../telemetry/refusals.js';
import { Tariff } from '../../tariff/tariff.js';
import { compileArguments } from './tool-arguments.js';
import type { Tool, ToolSource } from '../source/tool-source.js';
import { ChangeListeners } from '../../common/concurrency/change-listeners.js';

/** Every tool of every source, and who may call which. */
@Injectable()
export class ToolCatalog implements OnModuleInit {
  private readonly logger = loggerFor('Tools');
  private readonly changes = new ChangeListeners();
  private readonly list: McpList;
  private tools = new Map<string, CatalogTool>();
  /** Tools of servers with pages, by the server's own names, where these are one tool's. */
  private ofApps = new Map<string, CatalogTool>();
  /** Tools of servers, by source and the server's own name. */
  private ofServers = new Map<string, CatalogTool>();

  constructor(
    config: AppConfig,
    private readonly sources: Sources,
    private readonly tariff: Tariff,
    private readonly refusals: Refusals,
  ) {
    this.list = new McpList(config.values.mcp.page_size);
  }

  onModuleInit(): void {
    this.sources.onChange(() => this.rebuild());
    this.tariff.onChange(() => this.rebuild());
    this.rebuild();
  }

  /** Called whenever the list is another one. */
  onChange(listener: () => void): void {
    this.changes.add(listener);
  }

  /** The tool of this name, if the caller may call it; a tool they may not call does not exist for them. */
  find(name: string, principal: Principal): CatalogTool | undefined {
    const entry = this.named(name) ?? this.ofApps.get(name);
    return entry && mayUse(principal, entry.tool.name) ? entry : undefined;
  }

  /** The tool that the servers of this source call so, whatever it is called here, if the caller may call it. */
  findOfServer(source: string, ownName: string, principal: Principal): CatalogTool | undefined {
    const entry = this.ofServers.get(serverKey(source, ownName));
    return entry && mayUse(principal, entry.tool.name) ? entry : undefined;
  }

  /** The tool of this name. @throws UNKNOWN_TOOL, in the same words for one that does not exist and one the caller may not call. */
  get(name: string, principal: Principal): CatalogTool {
    const entry = this.find(name, principal);
    if (entry) return entry;
    this.countRefused([name], principal);
    throw new TallygateError('UNKNOWN_TOOL', `Unknown tool: ${name.slice(0, 128)}`);
  }

  /** Counts that the caller has named a tool that is not theirs to call, if one of these names is such a tool's, of this source. */
  countRefused(names: readonly string[], principal: Principal, source?: string): void {
    const isRefused = (name: string) => {
      const entry = this.named(name) ?? this.ofApps.get(name);
      return entry !== undefined && (source ?? entry.source) === entry.source && !mayUse(principal, entry.tool.name);
    };
    if (names.some(isRefused)) this.refusals.count('not_allowed');
  }

  /** Every tool, by name, whoever may call it. */
  all(): CatalogTool[] {
    return [...this.tools.values()];
  }

  /** The tool of this name, whoever may call it. */
  named(name: string): CatalogTool | undefined {
    return this.tools.get(name);
  }

  /** The tools that each of these callers may call, by name. */
  visibleTo(...principals: Principal[]): CatalogTool[] {
    return this.all().filter(({ tool }) => principals.every((one) => mayUse(one, tool.name)));
  }

  /** The `tools` array of `tools/list`. @throws BAD_REQUEST for an unknown cursor. */
  listFor(principal: Principal, cursor?: string, reader?: ListReader): ListPage {
    return this.list.page(principal, cursor, reader);
  }

  private rebuild(): void {
    const tools = new Map<string, CatalogTool>();
    for (const source of this.sources.all()) {
      for (const tool of source.tools()) {
        if (tools.has(tool.name)) this.logger.warn(`Two sources offer a tool "${tool.name}"; that of ${source.name} is left out`);
        else this.add(tools, tool, source);
      }
    }
    this.tools = new Map([...tools].sort(([a], [b]) => (a < b ? -1 : 1)));
    this.ofApps = this.byOwnNames([...tools.values()].filter(({ tool }) => tool.isOfApp));
    this.ofServers = byServers([...tools.values()]);
    const entries = [...this.tools].map(([key, { listing: json, olderListing: olderJson, tool }]) => {
      return { key, json, olderJson, needsTask: tool.needsTask };
    });
    if (this.list.replace(entries)) this.changes.tell();
  }

  /** Only names that no other source knows, nor that look like a tool's of another: a page must not reach what is not its server's. */
  private byOwnNames(tools: readonly CatalogTool[]): Map<string, CatalogTool> {
    const sources = new Map<string, number>();
    for (const source of this.sources.all())
      for (const name of source.ownToolNames?.() ?? []) sources.set(name, (sources.get(name) ?? 0) + 1);
    const isOnes = (name: string) => sources.get(name) === 1 && !name.includes('__');
    return new Map(tools.map((entry) => [entry.tool.origin!.tool, entry] as const).filter(([name]) => isOnes(name)));
  }

  /** A tool that cannot be listed or whose schema cannot be compiled is left out alone. */
  private add(tools: Map<string, CatalogTool>, tool: Tool, source: ToolSource): void {
    const known = this.tools.get(tool.name);
    try {
      tools.set(tool.name, known?.tool === tool ? this.priced(known) : this.entry(tool, source));
    } catch (error) {
      this.logger.warn(`"${tool.name}" of ${source.name} is left out: ${(error as Error).message}`);
    }
  }

  /** Another one where its price is another: calls that run have the one they were admitted with. */
  private priced(known: CatalogTool): CatalogTool {
    const price = this.tariff.priceOf(known.tool.name, known.tool.price);
    return price === known.price ? known : { ...known, price };
  }

  private entry(tool: Tool, source: ToolSource): CatalogTool {
    return {
      tool,
      source: source.name,
      price: this.tariff.priceOf(tool.name, tool.price),
      checkArguments: tool.isForeign ? unchecked : compileArguments(tool.inputSchema),
      spanName: `tools/call ${tool.name}`,
      listing: listing(tool),
      olderListing: olderListing(tool),
    };
  }
}

const serverKey = (source: string, ownName: string): string => `${source}\n${ownName}`;

const byServers = (tools: readonly CatalogTool[]): Map<string, CatalogTool> =>
  new Map(tools.flatMap((entry) => (entry.tool.origin ? [[serverKey(entry.source, entry.tool.origin.tool), entry]] : [])));

const unchecked = (): undefined => undefined;

function listing(tool: Tool): string {
  const { name, title, description, inputSchema, outputSchema, annotations, listing: given } = tool;
  const own = () => jsonMembers({ title, description, inputSchema, outputSchema, annotations });
  return listingOf({ name }, given ?? own(), metaOf(tool));
}

/** The table, and where the tool's name is not its server's, both names as the server and its operator know them. */
const metaOf = ({ name, tableName, origin }: Tool): Record<string, string> => ({
  ...(tableName && { 'tallygate/table': tableName }),
  ...(origin && origin.tool !== name && { 'tallygate/server': origin.server, 'tallygate/tool': origin.tool }),
});

/** Data of another type than an object is new in MCP 2026-07-28: clients of before refuse the whole list for its schema. */
function olderListing(tool: Tool): string | undefined {
  const { outputSchema, listing: given } = tool;
  if (!outputSchema || outputSchema['type'] === 'object') return undefined;
  return listing({ ...tool, outputSchema: undefined, ...(given && { listing: { ...given, outputSchema: undefined } }) });
}
