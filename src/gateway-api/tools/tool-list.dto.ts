import { IsBoolean, IsOptional, IsUUID } from 'class-validator';
import type { CatalogTool } from '../../tools/catalog/catalog-tool.js';
import { Fraction } from '../../rest/dto-fields.js';
import { sizeOf } from '../../tools/catalog/definition-size.js';
import type { ToolUse } from '../../usage/reports/series/tool-use.service.js';

/** For whom to list. */
export class ListToolsQuery {
  /** What this API key would see, of what the caller sees: one of their own or, for an admin, anybody's. Also one that has ended. */
  @IsUUID()
  @IsOptional()
  as_key?: string;

  /** Tell how the caller used each tool in the last 30 days. */
  @IsBoolean()
  @IsOptional()
  include_usage: boolean = false;
}

/** A tool the caller may call. */
export class ListedToolDto {
  /** `tool_name` of `POST /tools/call`, and its name in MCP. */
  name!: string;
  title!: string;
  description!: string;
  /** `server_id` of `POST /tools/call`. */
  server_id!: string;
  /** Credits for one call. */
  price!: number;
  /** Table it reads; empty when there is none. */
  table_name!: string;
  /** JSON Schema of its arguments, draft 2020-12. */
  input_schema!: Record<string, unknown>;
  /** JSON Schema of `structured_content`. */
  output_schema?: Record<string, unknown>;
  /** Hints of MCP: whether it only reads, destroys, may be repeated. */
  annotations?: Record<string, boolean>;
  /** It runs as a task only, which clients of MCP 2025-11-25 ask for: `POST /tools/call` refuses it. Absent where it does not. */
  needs_task?: true;
  /** Length of its definition in `tools/list` of MCP, as JSON in UTF-8. */
  definition_bytes!: number;
  /** What the definition takes of a model's context: an estimate, a token for each 4 bytes. */
  definition_tokens!: number;
  /** The caller's calls of the last 30 days, with whichever key; null while that cannot be read. Only with `include_usage`, as what follows. */
  calls_30d?: number | null;
  /** 95 % of these calls took at most this long, within 5 %; null without calls. */
  @Fraction()
  p95_ms?: number | null;
  /** Beginning of the hour of the last of these calls; null without calls. */
  last_called_at?: Date | null;

  /** @param uses how the caller used tools; null while that cannot be read, undefined where nobody asked */
  static of(entry: CatalogTool, uses?: ReadonlyMap<string, ToolUse> | null): ListedToolDto {
    const { tool, source, price } = entry;
    const { bytes, tokens } = sizeOf(entry);
    return {
      name: tool.name,
      title: tool.title,
      description: tool.description,
      server_id: source,
      price,
      table_name: tool.tableName,
      input_schema: tool.inputSchema,
      ...(tool.outputSchema && { output_schema: tool.outputSchema }),
      ...(tool.annotations && { annotations: { ...tool.annotations } }),
      ...(tool.needsTask && { needs_task: true }),
      definition_bytes: bytes,
      definition_tokens: tokens,
      ...(uses !== undefined && useOf(tool.name, uses)),
    };
  }
}

function useOf(name: string, uses: ReadonlyMap<string, ToolUse> | null) {
  const use = uses?.get(name);
  if (!use) return { calls_30d: uses ? 0 : null, p95_ms: null, last_called_at: null };
  return { calls_30d: use.calls, p95_ms: use.p95_ms, last_called_at: new Date(use.last_hour * 1_000) };
}

export class ToolListDto {
  /** By name. */
  tools!: ListedToolDto[];
  total!: number;
}
