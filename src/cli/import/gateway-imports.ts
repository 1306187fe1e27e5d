import { createReadStream } from 'node:fs';
import { request as startRequest, type IncomingMessage } from 'node:http';
import { basename } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import type { AppConfig } from '../../config/app-config.js';
import type { ImportOptions } from '../../stock-data/import/dataset-import.service.js';
import { fileSize } from '../../stock-data/import/files/file-input.js';
import { runningGateway } from '../../start/running-gateway.js';
import type { ImportReport } from '../../stock-data/import/import-report.js';
import type { UniverseOptions } from '../../stock-data/sample/synthetic-universe.js';
import { localAdminToken } from './admin-token.js';
import type { ImportTarget } from './import-target.js';

const PROBE_TIMEOUT_MS = 2_000;
const UNPROCESSABLE = 422;

/** The gateway that runs on this data folder, on whatever port; undefined when none does. */
export async function findGateway(config: AppConfig): Promise<GatewayImports | undefined> {
  const url = runningGateway(config.values.data_dir)?.restUrl;
  if (url === undefined || !(await answers(`${url}/livez`))) return undefined;
  const token = await localAdminToken(config);
  return token === undefined ? undefined : new GatewayImports(url, token);
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) })).ok;
  } catch {
    return false; // nobody listens there
  }
}

/** Imports through the REST API of a running gateway. */
class GatewayImports implements ImportTarget {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** Progress is that of sending; the answer follows as a whole. */
  async import(dataset: string, file: string, { map = {}, set = {}, skipRejected = false, onProgress }: ImportOptions) {
    const size = await fileSize(file);
    const query = new URLSearchParams({ name: basename(file), skip_rejected: String(skipRejected) });
    for (const [column, name] of Object.entries(map)) query.append('map', `${column}=${name}`);
    for (const [column, value] of Object.entries(set)) query.append('set', `${column}=${value}`);
    const path = `/api/admin/datasets/${encodeURIComponent(dataset)}/import?${query}`;
    const body = createReadStream(file).pipe(counting(size, onProgress ?? (() => {})));
    return (await this.post(path, body, { 'Content-Type': 'application/octet-stream', 'Content-Length': size })) as ImportReport;
  }

  async generate(universe: UniverseOptions, onProgress: (share: number) => void): Promise<ImportReport[]> {
    const body = Readable.from([JSON.stringify(universe)]);
    const reports = await this.post('/api/admin/datasets/synthetic', body, { 'Content-Type': 'application/json' });
    onProgress(1);
    return reports as ImportReport[];
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Through node:http, since `fetch` gives up on an answer that takes minutes. @throws Error with the gateway's words. */
  private async post(path: string, body: Readable, headers: Record<string, string | number>): Promise<unknown> {
    const request = startRequest(`${this.url}${path}`, {
      method: 'POST',
      headers: { ...headers, Authorization: `Bearer ${this.token}` },
    });
    const answered = new Promise<IncomingMessage>((resolve, reject) => request.once('response', resolve).once('error', reject));
    const [response] = await Promise.all([answered, pipeline(body, request).catch((error) => refusedEarly(answered, error))]);
    const content = JSON.parse(await text(response)) as { detail?: unknown; status?: string };
    const isReport = response.statusCode === 200 || (response.statusCode === UNPROCESSABLE && content.status === 'rejected');
    if (isReport) return content;
    throw new Error(wordsOf(content.detail));
  }
}

/** Of invalid fields, the words of each. */
function wordsOf(detail: unknown): string {
  if (!Array.isArray(detail)) return typeof detail === 'string' ? detail : JSON.stringify(detail);
  return `${(detail as { msg: string }[]).map(({ msg }) => msg).join('; ')}.`;
}

/** A gateway that answers before it has read everything closes the connection; its answer says why. */
async function refusedEarly(answered: Promise<unknown>, error: unknown): Promise<void> {
  await answered.catch(() => {
    throw error;
  });
}

function counting(size: number, onProgress: (share: number) => void): Transform {
  let sent = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      sent += chunk.length;
      onProgress(size === 0 ? 1 : sent / size);
      done(null, chunk);
    },
  });
}
