import type { GatewayHttp, RequestOptions } from './gateway-http.js';
import type { components } from './openapi.types.js';

/** A call as it was recorded, or how many were left out since they were read too slowly; null: nobody knows. */
export type StreamedCall<Call> = { id: string; call: Call } | { skipped: number | null };

export interface StreamOptions extends RequestOptions {
  /** The id of the last call that was read: those that came since then are sent first. */
  lastEventId?: string;
}

/** Reads calls until the gateway ends the stream. Leaving the loop, or the signal, closes it. */
export async function* streamedCalls<Call>(
  http: GatewayHttp,
  path: string,
  query: object,
  { lastEventId, ...options }: StreamOptions = {},
): AsyncGenerator<StreamedCall<Call>, void, undefined> {
  const headers = { Accept: 'text/event-stream', ...(lastEventId !== undefined && { 'Last-Event-ID': lastEventId }) };
  for await (const fields of eventsIn(await http.open({ method: 'GET', path, query, headers, ...options }))) {
    const data = fields.get('data');
    if (data === undefined) continue;
    if (fields.get('event') === 'skipped')
      yield { skipped: (JSON.parse(data) as components['schemas']['CallsSkippedDto']).count };
    else yield { id: fields.get('id')!, call: JSON.parse(data) as Call };
  }
}

/** Events as the gateway writes them: a line each field, a blank line between two. */
async function* eventsIn(body: ReadableStream<Uint8Array>): AsyncGenerator<Map<string, string>> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      const blocks = (rest + decoder.decode(piece.value, { stream: true })).split('\n\n');
      rest = blocks.pop()!;
      for (const block of blocks) yield new Map(block.split('\n').map(fieldOf));
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function fieldOf(line: string): [string, string] {
  const at = line.indexOf(':');
  return [line.slice(0, at), line.slice(at + 1).replace(/^ /, '')];
}
