import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Principal } from '../auth/principal.js';
import { hasScope } from '../auth/scopes.js';
import { Clock } from '../common/clock.js';
import { TallygateError } from '../common/tallygate-error.js';
import { AppConfig } from '../config/app-config.js';
import { compileArguments, type ArgumentsCheck } from './tool-arguments.js';
import { ToolCall, type ToolRequest } from './tool-call.js';
import type { Tool, ToolSource } from './tool-source.js';

/** A tool with everything that is worked out once and used on every call. */
export interface CatalogTool {
  tool: Tool;
  /** Name of its source. */
  source: string;
  /** Credits for one call, as configured. */
  price: number;
  checkArguments: ArgumentsCheck;
  /** Its entry in `tools/list`, as JSON. */
  listing: string;
}

const EVERY_TOOL = '*';
const NO_TOOL = '-';
/** Distinct allow-lists whose serialized list is kept. */
const VIEWS_MAX = 1_000;

/** Every tool of every source, and who may call which. */
@Injectable()
export class ToolCatalog {
  private readonly logger = new Logger('Tools');
  private readonly sources: ToolSource[] = [];
  private readonly lists = new LRUCache<string, string>({ max: VIEWS_MAX });
  private readonly viewOfAllowList = new WeakMap<ReadonlySet<string>, string>();
  private tools = new Map<string, CatalogTool>();

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** A source announces itself, once, when its module starts. */
  register(source: ToolSource): void {
    this.sources.push(source);
    source.onChange(() => this.rebuild());
    this.rebuild();
  }

  /** The tool of this name, if the caller may call it; a tool they may not call does not exist for them. */
  find(name: string, principal: Principal): CatalogTool | undefined {
    const entry = this.tools.get(name);
    return entry && mayCall(principal, name) ? entry : undefined;
  }

  /** @throws UNKNOWN_TOOL, in the same words for a tool that does not exist and one the caller may not call. */
  admit(request: ToolRequest): ToolCall {
    const entry = this.find(request.name, request.principal);
    if (!entry) throw new TallygateError('UNKNOWN_TOOL', `Unknown tool: ${request.name.slice(0, 128)}`);
    return new ToolCall(entry, request, this.clock.now(), this.clock.monotonic());
  }

  /** The tools this caller may call, by name. */
  visibleTo(principal: Principal): CatalogTool[] {
    return [...this.tools.values()].filter(({ tool }) => mayCall(principal, tool.name));
  }

  /** The `tools` array of `tools/list` as JSON, serialized once for all callers who see the same tools. */
  listFor(principal: Principal): string {
    const view = this.viewOf(principal);
    const cached = this.lists.get(view);
    if (cached !== undefined) return cached;
    const list = `[${this.visibleTo(principal)
      .map((entry) => entry.listing)
      .join(',')}]`;
    this.lists.set(view, list);
    return list;
  }

  private viewOf({ scopes, apiKey }: Principal): string {
    if (!hasScope(scopes, 'tools:call')) return NO_TOOL;
    const allowed = apiKey?.allowedTools;
    if (!allowed) return EVERY_TOOL;
    let view = this.viewOfAllowList.get(allowed);
    if (view === undefined) this.viewOfAllowList.set(allowed, (view = [...allowed].sort().join(' ')));
    return view;
  }

  private rebuild(): void {
    const tools = new Map<string, CatalogTool>();
    for (const source of this.sources) {
      for (const tool of source.tools()) {
        if (tools.has(tool.name)) this.logger.warn(`Two sources offer a tool "${tool.name}"; that of ${source.name} is left out`);
        else this.add(tools, tool, source);
      }
    }
    this.tools = new Map([...tools].sort(([a], [b]) => (a < b ? -1 : 1)));
    this.lists.clear();
  }

  /** A tool whose schema cannot be compiled is left out alone, whatever an upstream server sends. */
  private add(tools: Map<string, CatalogTool>, tool: Tool, source: ToolSource): void {
    const known = this.tools.get(tool.name);
    try {
      tools.set(tool.name, known?.tool === tool ? known : this.entry(tool, source));
    } catch (error) {
      this.logger.warn(`"${tool.name}" of ${source.name} is left out, its input schema is unusable: ${(error as Error).message}`);
    }
  }

  private entry(tool: Tool, source: ToolSource): CatalogTool {
    const price = this.config.values.tools.prices[tool.name] ?? tool.price;
    return { tool, source: source.name, price, checkArguments: compileArguments(tool.inputSchema), listing: listing(tool) };
  }
}

/** The one rule for who may list and call a tool. */
function mayCall({ scopes, apiKey }: Principal, name: string): boolean {
  return hasScope(scopes, 'tools:call') && (!apiKey?.allowedTools || apiKey.allowedTools.has(name));
}

function listing({ name, title, description, inputSchema, outputSchema, annotations, tableName }: Tool): string {
  const meta = tableName ? { _meta: { 'tallygate/table': tableName } } : {};
  return JSON.stringify({ name, title, description, inputSchema, outputSchema, annotations, ...meta });
}
