import { createHash } from 'node:crypto';
import { canonicalJson } from '../../common/canonical-json.js';

/** A tool as an upstream describes it. */
export interface UpstreamToolDefinition {
  name: string;
  title?: string | undefined;
  description?: string | undefined;
  inputSchema: { type: 'object'; [keyword: string]: unknown };
  outputSchema?: { type: 'object'; [keyword: string]: unknown } | undefined;
  annotations?: Record<string, unknown> | undefined;
  _meta?: Record<string, unknown> | undefined;
}

/**
 * A hash of everything that tells an agent what a tool means and how it may be called. While it is the approved one, the
 * tool is what an operator let in. The order of keys does not matter, since it carries no meaning.
 */
export function pinOf({ name, title, description, inputSchema, outputSchema, annotations }: UpstreamToolDefinition): string {
  const meaning = canonicalJson({ name, title, description, inputSchema, outputSchema, annotations });
  return createHash('sha256').update(meaning).digest('hex');
}
