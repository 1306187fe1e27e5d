import { jsonObject } from '../../common/json.js';
import { membersOf, objectOf } from '../../common/json-text/json-members.js';
import type { CatalogTool } from '../catalog/catalog-tool.js';
import type { InputRequired } from '../source/call-context.js';
import type { ContentBlock } from '../source/content.js';
import type { ResultTexts } from '../source/result-texts.js';
import { ServerError } from '../source/server-error.js';
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
  /** The error that the tool's server answered, where that is why. */
  readonly serverError?: ServerError | undefined;
  /** Instead of a result: what the client is asked first. */
  readonly inputRequired?: InputRequired | undefined;
  /** See `ToolOutcome`. */
  readonly missingCapabilities?: ToolOutcome['missingCapabilities'];
  /** This is the kept answer of an earlier call with the same idempotency key. */
  readonly isReplayed?: true;
}

/** The parts of a result, each as JSON. */
export interface ResultJson {
  /**
   * Of the result, as MCP answers a call of a tool (`ToolResultJson`). Of the read of a resource or of a prompt, what an upstream server
   * gave has the names it has there; what our own gave is the `content`.
   */
  readonly members: ReadonlyMap<string, string>;
  /** All of it. */
  readonly result: string;
  /** What it cost, see `CallUsage`; in the `_meta` of the result, too. */
  readonly usage: string;
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
  structuredContent?: unknown;
  isError?: boolean;
  _meta: { [name: string]: unknown; 'tallygate/usage': CallUsage; 'tallygate/replayed'?: true };
}

/** How a call ended, with what its tool gave as JSON. */
export interface WrittenOutcome {
  readonly outcome: ToolOutcome;
  readonly json: ResultTexts;
}

/**
 * Writes what a tool gave, before its call is charged: what cannot be written costs nothing. An answer that is nested too deeply or
 * too large to be written is a failure of its backend.
 */
export function written(entry: CatalogTool, outcome: ToolOutcome): WrittenOutcome {
  const { content, structuredContent, meta = {}, texts } = outcome.result;
  try {
    return { outcome, json: texts ?? textsOf(content, structuredContent, meta) };
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
  const { result, inputRequired, errorCode, missingCapabilities, serverError } = outcome;
  const usage: CallUsage = {
    record_count: result.usage.recordCount,
    table_name: result.usage.tableName,
    credits_charged: charged,
    credits_remaining: remaining,
    duration_ms: durationMs,
  };
  const isError = result.isError ?? false;
  const { content } = result;
  const answer = resultJson(json, isError, usage);
  return { content, isError, json: answer, errorCode, inputRequired, missingCapabilities, serverError };
}

/** A result that is kept for who asks again, and its text: beside it why it failed. */
export interface KeptResult {
  /** Without content where it is the read of a resource or of a prompt at an upstream server. */
  value: Partial<Pick<ToolResultJson, 'content'>> &
    Omit<ToolResultJson, 'content'> &
    Pick<RecordedCall, 'errorCode'> & { serverError?: Pick<ServerError, 'code' | 'message' | 'data'> };
  json: string;
}

/** The text to keep of a call; releases before this one kept the result alone. */
export function keptText({ json: { result }, errorCode, serverError }: RecordedCall): string {
  if (!errorCode) return result;
  const { code, message, data } = serverError ?? {};
  const said = serverError && JSON.stringify({ code, message, data });
  const [why, rest] = [jsonObject({ errorCode: JSON.stringify(errorCode), serverError: said }), result.slice(1)];
  return `${why.slice(0, -1)},${rest}`;
}

/** The kept answer of an earlier call: its result, which says that it was given before. */
export function replayedCall(kept: KeptResult): RecordedCall {
  const { content = [], isError = false, _meta: meta, errorCode, serverError } = kept.value;
  const json = resultJson(keptTexts(kept.json), isError, meta['tallygate/usage'], 'true');
  const error = serverError && new ServerError(serverError.code, serverError.message, serverError.data);
  return { content, isError, json, errorCode, serverError: error, isReplayed: true };
}

function textsOf(content: unknown, structuredContent: unknown, meta: Record<string, unknown>): ResultTexts {
  const members = new Map([['content', JSON.stringify(content)]]);
  if (structuredContent !== undefined) members.set('structuredContent', JSON.stringify(structuredContent));
  if (Object.keys(meta).length > 0) members.set('_meta', JSON.stringify(meta));
  return members;
}

function keptTexts(json: string): ResultTexts {
  const members = membersOf(json);
  for (const name of ['errorCode', 'serverError']) members.delete(name);
  return members;
}

function resultJson(texts: ResultTexts, isError: boolean, cost: CallUsage, replayed?: 'true'): ResultJson {
  const usage = JSON.stringify(cost);
  const members = new Map(texts);
  if (isError) members.set('isError', 'true');
  const meta = membersOf(members.get('_meta') ?? '{}');
  meta.set('tallygate/usage', usage);
  if (replayed) meta.set('tallygate/replayed', replayed);
  else meta.delete('tallygate/replayed'); // whatever a tool says
  members.set('_meta', objectOf(meta));
  return { members, usage, result: objectOf(members) };
}
