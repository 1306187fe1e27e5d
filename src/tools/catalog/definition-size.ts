import type { CatalogTool } from './catalog-tool.js';

/** A tokenizer's average for JSON with English in it; each model has its own, so no figure is exact for all. */
const BYTES_PER_TOKEN = 4;

/** How much of a model's context a definition takes that a client hands on as it is listed. */
export interface DefinitionSize {
  bytes: number;
  /** An estimate: a token for each 4 bytes. */
  tokens: number;
}

const known = new WeakMap<CatalogTool, DefinitionSize>();

/** Of a tool as it is listed; worked out once, since a tool that changes is another entry of the catalog. */
export function sizeOf(entry: CatalogTool): DefinitionSize {
  let size = known.get(entry);
  if (!size) known.set(entry, (size = definitionSize(entry.listing)));
  return size;
}

/** @param json of its entry in a list of MCP */
export function definitionSize(json: string): DefinitionSize {
  const bytes = Buffer.byteLength(json);
  return { bytes, tokens: Math.ceil(bytes / BYTES_PER_TOKEN) };
}
