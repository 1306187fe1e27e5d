import { membersOf } from '../../common/json-text/json-members.js';
import type { ContentBlock } from '../../tools/source/content.js';
import type { ResultTexts } from '../../tools/source/result-texts.js';
import type { ServerAnswer } from '../connection/relay/answers.js';
import { dropOurMeta } from '../connection/relay/request-meta.js';
import type { ToolResult } from '../../tools/source/tool-source.js';
import { recordCountOf } from './record-count.js';

/** The result of a tool, of a server's answer. @param tableName under which it is recorded */
export function toolResultOf(answer: ServerAnswer, tableName: string): ToolResult {
  const { content, structuredContent, isError, texts } = relayedResult(answer, 'content');
  return {
    content,
    ...(structuredContent !== undefined && { structuredContent }),
    ...(isError && { isError }),
    texts,
    usage: { recordCount: recordCountOf({ content, structuredContent, isError }), tableName },
  };
}

/** What a server answered, as the gateway reads it, and as the texts that go on. */
export interface RelayedResult {
  content: ContentBlock[];
  structuredContent: unknown;
  isError: boolean;
  texts: ResultTexts;
}

/** What the gateway says itself of every result. */
const SAID_ANEW = ['resultType', 'ttlMs', 'cacheScope'];

/**
 * A result of a server whose content stands under the given name: blocks, contents or messages. Nothing of it is changed but what no
 * client could read.
 */
export function relayedResult(answer: ServerAnswer, name: 'content' | 'contents' | 'messages'): RelayedResult {
  const { value, isModern } = answer;
  const members = textsToPassOn(answer);
  const { content, contentJson } = contentOf(value[name], members.get(name));
  // Null is a value where MCP 2026-07-28 is spoken, and nothing before.
  const hasData = value['structuredContent'] !== undefined && (isModern || value['structuredContent'] !== null);
  if (!hasData) members.delete('structuredContent');
  if (typeof value['isError'] !== 'boolean') members.delete('isError');
  members.set(name, contentJson);
  return {
    content,
    structuredContent: hasData ? value['structuredContent'] : undefined,
    isError: value['isError'] === true || value['isError'] === 'true',
    texts: members,
  };
}

/** The members of any result, without what only the gateway may say. */
export function textsToPassOn({ value, json }: Pick<ServerAnswer, 'value' | 'json'>, saidAnew = SAID_ANEW): Map<string, string> {
  const members = membersOf(json);
  for (const member of saidAnew) members.delete(member);
  dropOurMeta(members, value['_meta']);
  return members;
}

function contentOf(value: unknown, json: string | undefined): { content: ContentBlock[]; contentJson: string } {
  if (Array.isArray(value)) return { content: value as ContentBlock[], contentJson: json! };
  const content = typeof value === 'string' ? [{ type: 'text' as const, text: value }] : [];
  return { content, contentJson: JSON.stringify(content) };
}
