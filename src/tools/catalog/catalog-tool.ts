import type { Tool } from '../source/tool-source.js';
import type { ArgumentsCheck } from './tool-arguments.js';

/** A tool with everything that is worked out once and used on every call. */
export interface CatalogTool {
  tool: Tool;
  /** Name of its source. */
  source: string;
  /** Credits for one call, as configured. */
  price: number;
  checkArguments: ArgumentsCheck;
  /** Of its calls in traces: the method, and the tool or prompt. Reads have the method alone, since there is no end of addresses. */
  spanName: string;
  /** Its entry in `tools/list`, as JSON. */
  listing: string;
  /** The same for clients of before MCP 2026-07-28, where it is another one. */
  olderListing?: string | undefined;
}
