import type { ListPage } from '../../tools/catalog/mcp-list.js';
import type { Era } from '../protocol/protocol-era.js';
import { SerializedResult } from '../protocol/serialized-result.js';

/** How long a modern client may keep a list, in ms. */
export const LIST_TTL_MS = 60_000;

/** A page of a list under its name. It varies by key, so that only the client itself may keep it (MCP 2026-07-28, "Caching"). */
export function listResult(name: string, { json, nextCursor }: ListPage, era: Era): SerializedResult {
  const next = nextCursor === undefined ? '' : `,"nextCursor":"${nextCursor}"`;
  const hints = era.modern ? `,"ttlMs":${LIST_TTL_MS},"cacheScope":"private"` : '';
  return new SerializedResult(`{"${name}":${json}${next}${hints}}`);
}
