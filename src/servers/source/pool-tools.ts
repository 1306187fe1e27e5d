import { isDeepStrictEqual } from 'node:util';
import { loggerFor } from '../../common/log-contexts.js';
import type { Tool } from '../../tools/source/tool-source.js';
import type { ToolDefinition } from '../connection/definitions.js';
import type { PooledServer } from '../pool/pooled-server.js';
import type { ServerTemplate } from '../templates/server-template.js';
import { changedDefinition } from '../tool-changes/changed-definition.js';
import { FixedArguments } from '../tool-changes/fixed-arguments.js';
import { UNCHANGED, type PoolChanges, type ToolChange } from '../tool-changes/tool-change.js';
import { pagesOf, type AppPages } from './app-pages.js';
import type { PublicNames } from './other-pools.js';
import type { PoolRequests } from './pool-requests.js';
import { ownValue, priceIn, timeoutOf } from '../templates/template-values.js';

/** What a tool of the catalog is made of. */
interface ToolParts {
  pin: string;
  definition: ToolDefinition;
  change: ToolChange;
  publicName: string;
  /** The addresses of its pages, as callers know them. */
  pages: string;
  /** Whether its pool has pages. */
  isOfApp: boolean;
}

interface OfferedTool extends ToolParts {
  tool: Tool;
}

/** The tools of a pool as callers get them: those that are approved, with what operators have changed of them. */
export class PoolTools {
  private readonly logger = loggerFor('Servers');
  /** By their own name; the same object while nothing of it changes, so that the catalog keeps its entry. */
  private offered = new Map<string, OfferedTool>();
  /** Tools, by their own name, that wanted a name which an operator has given to another. */
  private readonly leftOut = new Set<string>();

  constructor(
    private readonly pool: string,
    private readonly requests: PoolRequests,
    private readonly names: PublicNames,
  ) {}

  all(): Tool[] {
    return [...this.offered.values()].map(({ tool }) => tool);
  }

  /** Those, by their own name, that are approved otherwise of a server. */
  otherThan(approved: PooledServer['approved']): string[] {
    return [...this.offered].flatMap(([name, { pin }]) => (approved.get(name) === pin ? [] : [name]));
  }

  /** Where two servers define a tool differently, the first counts. */
  update(servers: readonly PooledServer[], changes: PoolChanges, pages: AppPages, pools: ReadonlySet<string>): void {
    const tools: typeof this.offered = new Map();
    const given = new Set([...changes.values()].map(({ name }) => name));
    for (const { approved, offered, template } of servers) {
      for (const definition of offered.tools) {
        const { name } = definition;
        const pin = approved.get(name);
        if (pin === undefined || tools.has(name)) continue;
        const change = changes.get(name) ?? UNCHANGED;
        if (!this.isOffered(name, change, given)) continue;
        const publicName = this.names.of('tool', change.name ?? name, template, pools);
        if (publicName === undefined) continue;
        const shownPages = pagesOf(definition).map((page) => pages.shown(page));
        const parts = { pin, definition, change, publicName, pages: shownPages.join(' '), isOfApp: pages.all.length > 0 };
        tools.set(name, this.keptOrNew(parts, template, pages));
      }
    }
    this.offered = tools;
  }

  /** Not where it is switched off, nor under a name that an operator has given to another tool: that is meant by it. */
  private isOffered(name: string, change: ToolChange, given: ReadonlySet<string | undefined>): boolean {
    if (!change.enabled || change.problem !== undefined) return false;
    if (change.name !== undefined || !given.has(name)) return true;
    if (!this.leftOut.has(name)) this.logger.warn(`The tool "${name}" of ${this.pool} is left out: another is called so here`);
    this.leftOut.add(name);
    return false;
  }

  private keptOrNew(parts: ToolParts, template: ServerTemplate, pages: AppPages): OfferedTool {
    const { tool: known, ...before } = this.offered.get(parts.definition.name) ?? {};
    if (known && isDeepStrictEqual(before, parts)) return { ...parts, tool: known };
    return { ...parts, tool: this.tool(parts, template, pages) };
  }

  private tool({ definition, pin, change, publicName, isOfApp }: ToolParts, template: ServerTemplate, pages: AppPages): Tool {
    const { name, title, description = '', ...shown } = changedDefinition(definition, change);
    const { inputSchema, outputSchema, annotations, needsTask } = shown;
    const json = pages.inDefinition({ ...definition, json: shown.json });
    const shownTitle = titleIn(annotations) ?? change.name ?? name;
    const tableName = tableOf(definition, template);
    const fixed =
      change.fixed.size > 0
        ? new FixedArguments(change.fixed, publicName, Object.keys(inputSchema['properties'] ?? {}))
        : undefined;
    const called = { definition, pin, tableName, fixed };
    return {
      name: publicName,
      title: title ?? shownTitle,
      origin: { server: this.pool, tool: name },
      description,
      inputSchema,
      ...(outputSchema && { outputSchema }),
      ...(annotations && { annotations }),
      listing: { ...json, title: json['title'] ?? JSON.stringify(shownTitle) },
      price: priceIn(template, name),
      tableName,
      timeoutMs: timeoutOf(template),
      isForeign: true,
      charge: chargesOf(template),
      ...(isOfApp && { isOfApp }),
      ...(needsTask && { needsTask }),
      call: (args, context) => this.requests.callTool(called, args, context),
      askTask: (method, task, context) => this.requests.askTask(method, called, task, context),
    };
  }
}

/** Where tools had their titles before MCP 2025-06-18. */
const titleIn = (annotations: ToolDefinition['annotations']): string | undefined =>
  typeof annotations?.['title'] === 'string' ? annotations['title'] : undefined;

const chargesOf = ({ charge_tool_errors, charge_cancelled, charge }: ServerTemplate) => ({
  tool_errors: charge_tool_errors,
  cancelled: charge_cancelled,
  tasks: charge,
});

/** What the tool itself says in `_meta`, if that is a table of the template; else what the template says. */
function tableOf({ name, meta }: ToolDefinition, { tables }: ServerTemplate): string {
  const own = meta?.['tallygate/table'];
  return typeof own === 'string' && Object.values(tables).includes(own) ? own : (ownValue(tables, name) ?? '');
}
