import { jsonObject } from '../../common/json.js';
import type { CatalogTool } from '../catalog/catalog-tool.js';
import type { InputRequired } from '../source/call-context.js';
import type { ContentBlock } from '../source/content.js';
import { failed, type ToolErrorCode, type ToolOutcome } from './tool-call.js';

/** What a call cost, and the credits that are left and no call holds; null where the caller has no account. */
export interface Charge {
  charged: number;
  remaining: number | null;
}

/**
 * A call that is recorded, or refused: what there is to answer. What a tool gave is written as JSON once; every answer is made of
 * the text, whatever protocol and method it is for.
 */
export interface RecordedCall {
  /** For the words of a failure. */
  readonly content: readonly ContentBlock[];
  readonly isError: boolean;
  readonly json: ResultJson;
  /** Why it did not succeed. */
  readonly errorCode?: ToolErrorCode | undefined;
  /** Instead of a result: what the client is asked first. */
  readonly inputRequired?: InputRequired | undefined;
  /** See `ToolOutcome`. */
  readonly missingCapability?: string | undefined;
  /** This is the kept answer of an earlier call with the same idempotency key. */
  readonly isReplayed?: true;
}

/** The parts of a result, each as JSON. */
export interface ResultJson {
  /** Of blocks; of contents or messages where it was the read of a resource or of a prompt. */
  readonly content: string;
  readonly structuredContent: string | undefined;
  /** What it cost, see `CallUsage`. */
  readonly usage: string;
  /** `_meta` of MCP, `usage` in it. */
  readonly meta: string;
  /** All of it, as MCP answers a call of a tool (`ToolResultJson`). */
  readonly result: string;
}

/** What a call cost, in the words of MCP and REST. */
export interface CallUsage {
  record_count: number;
  table_name: string;
  credits_charged: number;
  credits_remaining: number | null;
  duration_ms: number;
}

/** What `ResultJson.result` is the JSON of. */
export interface ToolResultJson {
  content: ContentBlock[];
  structuredContent?: Record<string, unknown>;
  isError?: true;
  _meta: { [name: string]: unknown; 'tallygate/usage': CallUsage; 'tallygate/replayed'?: true };
}

/** What a tool gave, as JSON; of `_meta` each member. */
interface GivenJson extends Pick<ResultJson, 'content' | 'structuredContent'> {
  readonly meta: Record<string, string>;
}

/** How a call ended, with what its tool gave as JSON. */
export interface WrittenOutcome {
  readonly outcome: ToolOutcome;
  readonly json: GivenJson;
}

/**
 * Writes what a tool gave, before its call is charged: what cannot be written costs nothing. An answer that is nested too deeply or
 * too large to be written is a failure of its backend.
 */
export function written(entry: CatalogTool, outcome: ToolOutcome): WrittenOutcome {
  const { content, structuredContent, meta = {} } = outcome.result;
  try {
    return { outcome, json: givenJson(content, structuredContent, meta) };
  } catch {
    const words = `The answer of ${entry.tool.name} cannot be written as JSON: it is too large or nested too deeply. Nothing was charged.`;
    return written(entry, failed(entry, 'BACKEND_ERROR', words, 'known'));
  }
}

/** The call as it may be answered now. */
export function recordedCall(
  { outcome, json }: WrittenOutcome,
  durationMs: number,
  { charged, remaining }: Charge,
): RecordedCall {
  const { result, inputRequired, errorCode, missingCapability } = outcome;
  const usage: CallUsage = {
    record_count: result.usage.recordCount,
    table_name: result.usage.tableName,
    credits_charged: charged,
    credits_remaining: remaining,
    duration_ms: durationMs,
  };
  const isError = result.isError ?? false;
  const { content } = result;
  return { content, isError, json: resultJson(json, isError, usage), errorCode, inputRequired, missingCapability };
}

/** The kept answer of an earlier call: its result, which says that it was given before. */
export function replayedCall(kept: ToolResultJson, errorCode: ToolErrorCode | undefined): RecordedCall {
  const { content, structuredContent, isError = false, _meta: meta } = kept;
  const json = resultJson(givenJson(content, structuredContent, meta), isError, meta['tallygate/usage'], 'true');
  return { content, isError, json, errorCode, isReplayed: true };
}

function givenJson(content: unknown, structuredContent: object | undefined, meta: Record<string, unknown>): GivenJson {
  return {
    content: JSON.stringify(content),
    structuredContent: structuredContent && JSON.stringify(structuredContent),
    meta: Object.fromEntries(Object.entries(meta).map(([name, value]) => [name, JSON.stringify(value)])),
  };
}

function resultJson(
  { content, structuredContent, meta: given }: GivenJson,
  isError: boolean,
  cost: CallUsage,
  replayed?: 'true',
): ResultJson {
  const usage = JSON.stringify(cost);
  const meta = jsonObject({ ...given, 'tallygate/usage': usage, 'tallygate/replayed': replayed });
  const result = jsonObject({ content, structuredContent, isError: isError ? 'true' : undefined, _meta: meta });
  return { content, structuredContent, usage, meta, result };
}
