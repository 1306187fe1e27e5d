import type { JsonMembers } from '../../common/json-text.js';

/** A result as an upstream server wrote it: each part as the JSON text it came in, which goes on unchanged. */
export interface ResultTexts {
  /** Of blocks; of contents or messages where it is the read of a resource or of a prompt. */
  content: string;
  /** Any JSON value. */
  structuredContent: string | undefined;
  /** Members of `_meta`. */
  meta: JsonMembers;
  /** Members that MCP does not name, or that only this kind of result has. */
  others: JsonMembers;
}
