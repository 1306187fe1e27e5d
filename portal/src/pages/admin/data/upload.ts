import { GatewayHttp } from '../../../../../src/client/gateway-http';
import { refusedAnswer } from '../../../../../src/client/refused-answer';
import { gatewayPath } from '../../../app/address';
import type { Schemas } from '../../../app/api';

/** As long as the gateway waits for a file (`listeners.upload_timeout_seconds`) at most. */
const ENDS_WITHIN_MS = 86_400_000;

interface Import {
  dataset: string;
  /** Names may be repeated. */
  query: [name: string, value: string][];
  file: File;
  /** Told from time to time of the share of the file that has been sent, 0 to 1. */
  onsent: (share: number) => void;
  signal: AbortSignal;
}

/**
 * Sends a file to be imported.
 * @throws GatewayError, or the reason of the signal
 */
export async function importFile({ dataset, query, file, onsent, signal }: Import): Promise<Schemas['ImportReportDto']> {
  let response: Response | undefined;
  const fetch = async (url: RequestInfo | URL, init?: RequestInit) => (response = await sent(String(url), init!, file, onsent));
  const options = { fetch, timeoutMs: ENDS_WITHIN_MS, retries: 0 };
  const http = new GatewayHttp(location.origin + gatewayPath, () => ({ 'X-Tallygate-Portal': '1' }), options);
  const headers = { 'Content-Type': 'application/octet-stream' };
  const path = `/api/admin/datasets/${encodeURIComponent(dataset)}/import?${new URLSearchParams(query)}`;
  const answer = await http.send<object>({ method: 'POST', path, headers, signal, alsoAnswer: 422 });
  // The same status says that lines were rejected, and that the query is wrong.
  if (!('rejected' in answer)) throw refusedAnswer(response!, answer);
  return answer as Schemas['ImportReportDto'];
}

/** `fetch` cannot say how much of a body was sent. */
function sent(url: string, { method, headers, signal }: RequestInit, body: File, onsent: Import['onsent']): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method!, url);
    for (const [name, value] of Object.entries(headers as Record<string, string>)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onsent(total > 0 ? loaded / total : 1);
    request.onload = () => resolve(new Response(request.responseText, { status: request.status, headers: headersOf(request) }));
    request.onerror = () => reject(new TypeError('The request failed.'));
    request.onabort = () => reject(new DOMException('Aborted', 'AbortError'));
    signal?.addEventListener('abort', () => request.abort());
    request.send(body);
  });
}

const headersOf = (request: XMLHttpRequest): Headers =>
  new Headers(
    request
      .getAllResponseHeaders()
      .trim()
      .split('\r\n')
      .map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
