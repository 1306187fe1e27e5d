import type { CatalogTool } from '../../tools/catalog/catalog-tool.js';

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

  static of({ tool, source, price }: CatalogTool): ListedToolDto {
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
    };
  }
}

export class ToolListDto {
  /** By name. */
  tools!: ListedToolDto[];
  total!: number;
}
