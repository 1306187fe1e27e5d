import { jsonObject } from '../../common/json.js';
import { membersOf, type JsonMembers } from '../../common/json-text.js';
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
  /** What else an upstream server said in its result. */
  readonly others: JsonMembers;
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
  structuredContent?: unknown;
  isError?: true;
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
  const { result, inputRequired, errorCode, missingCapability, serverError } = outcome;
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
  return { content, isError, json: answer, errorCode, inputRequired, missingCapability, serverError };
}

/** A result that is kept for who asks again, and its text: beside it why it failed. */
export interface KeptResult {
  value: ToolResultJson & Pick<RecordedCall, 'errorCode'> & { serverError?: Pick<ServerError, 'code' | 'message' | 'data'> };
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
  const { content, isError = false, _meta: meta, errorCode, serverError } = kept.value;
  const json = resultJson(keptTexts(kept.json), isError, meta['tallygate/usage'], 'true');
  const error = serverError && new ServerError(serverError.code, serverError.message, serverError.data);
  return { content, isError, json, errorCode, serverError: error, isReplayed: true };
}

function textsOf(content: unknown, structuredContent: unknown, meta: Record<string, unknown>): ResultTexts {
  return {
    content: JSON.stringify(content),
    structuredContent: JSON.stringify(structuredContent) as string | undefined,
    meta: Object.fromEntries(Object.entries(meta).map(([name, value]) => [name, JSON.stringify(value)])),
    others: {},
  };
}

/** What is no further member of a kept result. */
const SAID_ANEW = ['content', 'structuredContent', 'isError', '_meta', 'errorCode', 'serverError'];

function keptTexts(json: string): ResultTexts {
  const members = membersOf(json);
  const [content, structuredContent, meta] = ['content', 'structuredContent', '_meta'].map((name) => members.get(name));
  for (const name of SAID_ANEW) members.delete(name);
  return {
    content: content!,
    structuredContent,
    meta: Object.fromEntries(membersOf(meta!)),
    others: Object.fromEntries(members),
  };
}

function resultJson(
  { content, structuredContent, meta: given, others }: ResultTexts,
  isError: boolean,
  cost: CallUsage,
  replayed?: 'true',
): ResultJson {
  const usage = JSON.stringify(cost);
  const meta = jsonObject({ ...given, 'tallygate/usage': usage, 'tallygate/replayed': replayed });
  const result = jsonObject({ content, structuredContent, isError: isError ? 'true' : undefined, ...others, _meta: meta });
  return { content, structuredContent, usage, meta, others, result };
}
