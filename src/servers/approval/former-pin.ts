import { createHash } from 'node:crypto';
import { canonicalJson } from '../../common/json.js';
import type { ToolDefinition } from '../connection/definitions.js';

/**
 * The pin that earlier releases gave a tool, in which only the order of keys did not count. What was approved under it and is still the
 * same stays approved.
 */
export function formerPinOf({ name, title, description, inputSchema, outputSchema, annotations }: ToolDefinition): string {
  const meaning = canonicalJson({ name, title, description, inputSchema, outputSchema, annotations });
  return createHash('sha256').update(meaning).digest('hex');
}
