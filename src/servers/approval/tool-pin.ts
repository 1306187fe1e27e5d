import { createHash } from 'node:crypto';
import { canonicalJson } from '../../common/json.js';
import type { ToolDefinition } from '../connection/offered-lists.js';

/**
 * A hash of everything that tells an agent what a tool means and how it may be called. An operator approves a pin, not a name, so
 * that a tool that changes has to be approved again. The order of keys means nothing and does not count.
 */
export function pinOf({ name, title, description, inputSchema, outputSchema, annotations }: ToolDefinition): string {
  const meaning = canonicalJson({ name, title, description, inputSchema, outputSchema, annotations });
  return createHash('sha256').update(meaning).digest('hex');
}
