import { api, type Schemas } from '../../../app/api';

/** As long as the gateway waits for a file (`listeners.upload_timeout_seconds`) at most. */
const ENDS_WITHIN_MS = 86_400_000;

interface Import {
  dataset: string;
  query: NonNullable<Parameters<typeof api.post<'/api/admin/datasets/{dataset}/import'>>[1]>['query'];
  file: File;
  /** Told from time to time of the share of the file that has been sent, 0 to 1. */
  onsent: (share: number) => void;
  signal: AbortSignal;
}

/**
 * Sends a file to be imported.
 * @throws GatewayError, or the reason of the signal
 */
export const importFile = ({ dataset, query, file, onsent, signal }: Import): Promise<Schemas['ImportReportDto']> =>
  api.post('/api/admin/datasets/{dataset}/import', {
    path: { dataset },
    query,
    upload: {
      fetch: (url, init) => sent(String(url), init!, file, onsent),
      timeoutMs: ENDS_WITHIN_MS,
      signal,
      // The same status says that lines were rejected, and that the query is wrong.
      alsoAnswer: (status, body) => status === 422 && Object.hasOwn(body as object, 'rejected'),
    },
  });

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
