import { isObject } from '../../common/json.js';
import { membersOf, type JsonMembers } from '../../common/json-text.js';
import type { ContentBlock } from '../../tools/source/content.js';
import type { ResultTexts } from '../../tools/source/result-texts.js';
import type { ServerAnswer } from '../connection/relay/answers.js';

/** What a server answered, as the gateway reads it, and as the texts that go on. */
export interface RelayedResult {
  content: ContentBlock[];
  structuredContent: unknown;
  isError: boolean;
  texts: ResultTexts;
}

/** What the gateway says itself of every result. */
const SAID_ANEW = new Set(['_meta', 'resultType', 'ttlMs', 'cacheScope', 'isError']);

/**
 * A result of a server whose content stands under the given name: blocks, contents or messages. Nothing of it is changed but what no
 * client could read.
 */
export function relayedResult({ value, json, isModern }: ServerAnswer, name: 'content' | 'contents' | 'messages'): RelayedResult {
  const members = membersOf(json);
  const { content, contentJson } = contentOf(value[name], members.get(name));
  // Null is a value where MCP 2026-07-28 is spoken, and nothing before.
  const hasData = value['structuredContent'] !== undefined && (isModern || value['structuredContent'] !== null);
  const structuredContent = hasData ? members.get('structuredContent') : undefined;
  return {
    content,
    structuredContent: hasData ? value['structuredContent'] : undefined,
    isError: value['isError'] === true || value['isError'] === 'true',
    texts: {
      content: contentJson,
      structuredContent,
      meta: metaOf(members.get('_meta'), value['_meta']),
      others: othersOf(members, name),
    },
  };
}

function contentOf(value: unknown, json: string | undefined): { content: ContentBlock[]; contentJson: string } {
  if (Array.isArray(value)) return { content: value as ContentBlock[], contentJson: json! };
  const content = typeof value === 'string' ? [{ type: 'text' as const, text: value }] : [];
  return { content, contentJson: JSON.stringify(content) };
}

/** Without members in the gateway's name: no server says what a call cost, or that its answer was kept. */
function metaOf(json: string | undefined, value: unknown): JsonMembers {
  if (json === undefined || !isObject(value)) return {};
  return Object.fromEntries([...membersOf(json)].filter(([member]) => !member.startsWith('tallygate/')));
}

function othersOf(members: Map<string, string>, name: string): JsonMembers {
  const isOther = ([member]: [string, string]) => member !== name && member !== 'structuredContent' && !SAID_ANEW.has(member);
  return Object.fromEntries([...members].filter(isOther));
}
