import type { Attempt } from './journal.js';
import type { ClientRequest } from './requests.js';

/** Sends a request once and says how it ended. Never rejects. */
export async function attempt(gateway: number, request: ClientRequest): Promise<Attempt> {
  const startedMs = performance.now();
  const hangUp = request.hangUpMs === undefined ? undefined : AbortSignal.timeout(request.hangUpMs);
  const outcome = await send(request, hangUp).catch((): Outcome => ({ ending: hangUp?.aborted ? 'abandoned' : 'unheard' }));
  return { gateway, startedMs, endedMs: performance.now(), ...outcome };
}

type Outcome = Pick<Attempt, 'ending' | 'charged' | 'isError' | 'status' | 'hasRetryAfter' | 'problem'>;

async function send({ url, headers, body, patienceMs }: ClientRequest, hangUp?: AbortSignal): Promise<Outcome> {
  const patience = AbortSignal.timeout(patienceMs);
  const response = await fetch(url, {
    method: 'POST',
    headers,
    body: Buffer.from(body), // of a string fetch would say the media type
    signal: hangUp ? AbortSignal.any([patience, hangUp]) : patience,
  });
  const { status } = response;
  const answer = (await response.json()) as McpAnswer & RestAnswer;
  if (status === 401) return { ending: 'denied', status };
  if (status === 402) return { ending: 'refused', status };
  if (status === 409) return { ending: 'unknown', status };
  const outcome = answer.usage ? restOutcome(status, answer) : mcpOutcome(status, answer);
  return status === 503 ? { ...outcome, hasRetryAfter: response.headers.has('retry-after') } : outcome;
}

interface Usage {
  credits_charged: number;
}

interface RestAnswer {
  usage?: Usage;
  is_error?: boolean;
  detail?: unknown;
}

interface McpAnswer {
  error?: { message: string };
  result?: { isError?: boolean; content: { text?: string }[]; _meta: { 'tallygate/usage': Usage } };
}

const restOutcome = (status: number, { usage, is_error: isError = false }: RestAnswer): Outcome => ({
  ending: 'answered',
  status,
  isError,
  charged: usage!.credits_charged,
});

function mcpOutcome(status: number, { result, error, detail }: McpAnswer & RestAnswer): Outcome {
  if (!result) return { ending: 'failed', status, problem: error?.message ?? JSON.stringify(detail) ?? 'no result' };
  const { isError = false, content } = result;
  if (isError && content[0]?.text?.startsWith('Insufficient credits')) return { ending: 'refused', status };
  return { ending: 'answered', status, isError, charged: result._meta['tallygate/usage'].credits_charged };
}
