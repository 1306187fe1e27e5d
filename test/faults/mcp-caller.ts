import type { Attempt } from './journal.js';

/** A client's own limit; longer than a gateway may need, shorter than it may be paused. */
const PATIENCE_MS = 6_000;

export interface ToolCallRequest {
  url: string;
  key: string;
  tool: string;
  args: object;
  idempotencyKey?: string;
}

/** Calls a tool once and says how it ended. Never rejects. */
export async function attempt(gateway: number, request: ToolCallRequest): Promise<Attempt> {
  const startedMs = performance.now();
  const outcome = await send(request).catch((): Outcome => ({ ending: 'unheard' }));
  return { gateway, startedMs, endedMs: performance.now(), ...outcome };
}

type Outcome = Pick<Attempt, 'ending' | 'charged' | 'isError' | 'status' | 'problem'>;

async function send({ url, key, tool, args, idempotencyKey }: ToolCallRequest): Promise<Outcome> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${key}`,
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool, arguments: args } }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  return outcomeOf(response.status, (await response.json()) as Answer);
}

interface Answer {
  error?: { message: string };
  result?: {
    isError?: boolean;
    content: { text?: string }[];
    _meta: { 'tallygate/usage': { credits_charged: number } };
  };
}

function outcomeOf(status: number, { result, error }: Answer): Outcome {
  if (status === 401) return { ending: 'denied', status };
  if (!result) return { ending: 'failed', status, problem: error?.message ?? 'no result' };
  const { isError = false, content } = result;
  if (isError && content[0]?.text?.startsWith('Insufficient credits')) return { ending: 'refused', status };
  return { ending: 'answered', status, isError, charged: result._meta['tallygate/usage'].credits_charged };
}
