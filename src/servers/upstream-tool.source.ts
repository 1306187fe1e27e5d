import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import type { CallContext } from '../tools/call-context.js';
import { ToolInputError, type Tool, type ToolResult, type ToolSource } from '../tools/tool-source.js';
import type { LoadBalancer } from './load-balancer.service.js';
import { recordCountOf } from './record-count.js';
import type { ServerTemplate } from './template.js';
import { publicToolName } from './tool-name.js';
import type { UpstreamToolDefinition } from './tool-pin.js';
import { UpstreamFailure } from './upstream-failure.js';
import type { UpstreamResult, UpstreamServer } from './upstream-server.js';

/** The tools of all servers of one template. */
export class UpstreamToolSource implements ToolSource {
  private readonly listeners: (() => void)[] = [];
  /** By their own name; the same object while its pin is the same, since compiling its schema costs. */
  private offered = new Map<string, { pin: string; tool: Tool }>();

  constructor(
    readonly name: string,
    private readonly balancer: LoadBalancer,
  ) {}

  tools(): readonly Tool[] {
    return [...this.offered.values()].map(({ tool }) => tool);
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /**
   * Takes what the servers of the template offer now: the approved tools of each. Where two offer different tools of one
   * name, that of the server registered first counts.
   */
  update(servers: readonly UpstreamServer[]): void {
    const offered: typeof this.offered = new Map();
    for (const { approved, definitions, template } of servers) {
      for (const definition of definitions) {
        const pin = approved.get(definition.name);
        if (pin === undefined || offered.has(definition.name)) continue;
        const known = this.offered.get(definition.name);
        offered.set(definition.name, known?.pin === pin ? known : { pin, tool: this.toolOf(definition, pin, template) });
      }
    }
    const isSame = offered.size === this.offered.size && [...offered].every(([name, entry]) => this.offered.get(name) === entry);
    this.offered = offered;
    if (!isSame) for (const listener of this.listeners) listener();
  }

  private toolOf(definition: UpstreamToolDefinition, pin: string, template: ServerTemplate): Tool {
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
      call: (args, context) => this.call(definition, pin, args, context, tableName),
    };
  }

  private async call(
    { name, annotations }: UpstreamToolDefinition,
    pin: string,
    args: Record<string, unknown>,
    { signal, serverId }: CallContext,
    tableName: string,
  ): Promise<ToolResult> {
    const isRepeatable = annotations?.['readOnlyHint'] === true || annotations?.['idempotentHint'] === true;
    try {
      const call = { templateName: this.name, tool: name, pin, args, signal, serverId, isRepeatable };
      return toolResultOf(await this.balancer.call(call), tableName);
    } catch (error) {
      throw this.failureOf(error);
    }
  }

  /** What the server says of the arguments is for the caller; its other errors may name what is only the operator's. */
  private failureOf(error: unknown): unknown {
    if (!(error instanceof McpError)) return error;
    const words = error.message.replace(/^MCP error -?\d+: /, '');
    if (error.code === Number(ErrorCode.InvalidParams)) return new ToolInputError(words);
    return new UpstreamFailure('refused', `A server of ${this.name} answered with the error ${error.code}.`, error);
  }
}

function toolResultOf(result: UpstreamResult, tableName: string): ToolResult {
  const { content, structuredContent, isError, _meta } = result;
  return {
    content,
    ...(structuredContent && { structuredContent }),
    ...(isError && { isError }),
    ...(_meta && { meta: _meta }),
    usage: { recordCount: recordCountOf(result as Parameters<typeof recordCountOf>[0]), tableName },
  };
}

/** docs/servers.md: the tool's own word first, then the template's. */
function tableOf({ name, _meta }: UpstreamToolDefinition, { tables }: ServerTemplate): string {
  const own = _meta?.['tallygate/table'];
  return typeof own === 'string' ? own : (ownValue(tables, name) ?? '');
}

const ownValue = <T>(values: Record<string, T>, name: string): T | undefined =>
  Object.hasOwn(values, name) ? values[name] : undefined;
