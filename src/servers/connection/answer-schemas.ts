import { z } from 'zod';
import { isObject } from '../../common/json.js';
import type { ClientRequest } from '../../tools/source/call-context.js';

// Looked at by hand: a library that copies what it checks takes seconds for an answer of some MiB, and holds up everybody meanwhile.
const object = z.custom<Record<string, unknown>>(isObject, 'must be an object');
const listOf = <Item>(isItem: (item: Record<string, unknown>) => boolean) =>
  z.custom<Item[]>(
    (list) => Array.isArray(list) && list.every((item) => isObject(item) && isItem(item)),
    'must be a list of objects',
  );

type Block = { type: string; [member: string]: unknown };
const isBlock = (item: unknown): boolean => isObject(item) && typeof item['type'] === 'string';
const isText = (value: unknown): boolean => typeof value === 'string';
const meta = object.optional();

/** Answers of servers to the requests of callers, as far as the gateway reads them. */
export const ANSWER_SCHEMAS = {
  'tools/call': z.looseObject({
    content: listOf<Block>(isBlock).default([]),
    structuredContent: object.optional(),
    isError: z.boolean().optional(),
    _meta: meta,
  }),
  'resources/read': z.looseObject({
    contents: listOf<{ uri: string } & ({ text: string } | { blob: string })>(
      ({ uri, text, blob }) => isText(uri) && (isText(text) || isText(blob)),
    ),
    _meta: meta,
  }),
  'prompts/get': z.looseObject({
    messages: listOf<{ role: 'user' | 'assistant'; content: Block }>(
      ({ role, content }) => (role === 'user' || role === 'assistant') && isBlock(content),
    ),
    _meta: meta,
  }),
  'completion/complete': z.looseObject({
    completion: z.looseObject({
      values: z.custom<string[]>((list) => Array.isArray(list) && list.every(isText), 'must be a list of texts'),
      total: z.number().optional(),
      hasMore: z.boolean().optional(),
    }),
  }),
} as const;

export type CallerMethod = keyof typeof ANSWER_SCHEMAS;
export type Answer<Method extends CallerMethod> = z.infer<(typeof ANSWER_SCHEMAS)[Method]>;

/** MCP 2026-07-28, "Multi Round-Trip Requests": before it answers, the server wants these answers in another call. */
export interface InputRequiredAnswer {
  resultType: 'input_required';
  inputRequests?: Record<string, ClientRequest>;
  requestState?: string;
  /** The server that asks: only it can go on. */
  serverId: string;
}

export const isInputRequired = (answer: object): answer is InputRequiredAnswer =>
  'resultType' in answer && answer.resultType === 'input_required';
