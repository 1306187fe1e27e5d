import { z } from 'zod';
import type { ClientRequest } from '../../tools/source/call-context.js';

const meta = z.record(z.string(), z.unknown()).optional();
const block = z.looseObject({ type: z.string() });

/** What servers answer to the requests of callers, as far as the gateway looks at it. */
export const ANSWERS = {
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

export type CallerMethod = keyof typeof ANSWERS;
export type Answer<Method extends CallerMethod> = z.infer<(typeof ANSWERS)[Method]>;

/** MCP 2026-07-28, "Multi Round-Trip Requests": the server asks the client first, and wants to be called again. */
export interface InputAsked {
  resultType: 'input_required';
  inputRequests?: Record<string, ClientRequest>;
  requestState?: string;
  /** Who asked. */
  serverId: string;
}

export const isInputAsked = (answer: object): answer is InputAsked =>
  'resultType' in answer && answer.resultType === 'input_required';
