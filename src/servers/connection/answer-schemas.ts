import { z } from 'zod';
import type { ClientRequest } from '../../tools/source/call-context.js';

const meta = z.record(z.string(), z.unknown()).optional();
const block = z.looseObject({ type: z.string() });

/** Answers of servers to the requests of callers, as far as the gateway reads them. */
export const ANSWER_SCHEMAS = {
  'tools/call': z.looseObject({
    content: z.array(block).default([]),
    structuredContent: z.record(z.string(), z.unknown()).optional(),
    isError: z.boolean().optional(),
    _meta: meta,
  }),
  'resources/read': z.looseObject({
    contents: z.array(
      z.union([z.looseObject({ uri: z.string(), text: z.string() }), z.looseObject({ uri: z.string(), blob: z.string() })]),
    ),
    _meta: meta,
  }),
  'prompts/get': z.looseObject({
    messages: z.array(z.looseObject({ role: z.enum(['user', 'assistant']), content: block })),
    _meta: meta,
  }),
  'completion/complete': z.looseObject({
    completion: z.looseObject({
      values: z.array(z.string()),
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
