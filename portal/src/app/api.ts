import { GatewayError } from '../../../src/client/gateway-error';
import { GatewayHttp, type GatewayRequest } from '../../../src/client/gateway-http';
import type { components, paths } from '../../../src/client/openapi.types';
import { gatewayPath } from './address';
import { connection } from './connection.svelte';

export { GatewayError };
export type Schemas = components['schemas'];

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type PathsWith<M extends Method> = { [P in keyof paths]: paths[P][M] extends object ? P : never }[keyof paths];
type Operation<P extends keyof paths, M extends Method> = paths[P][M];
type Content<Answer> = Answer extends { content: { 'application/json': infer Body } } ? Body : undefined;
type AnswerOf<Op> = Op extends { responses: infer Answers }
  ? Content<Answers extends { 200: infer A } | { 201: infer A } | { 202: infer A } ? A : undefined>
  : never;
type QueryOf<Op> = Op extends { parameters: { query?: infer Query } } ? Query : never;
type BodyOf<Op> = Op extends { requestBody?: { content: { 'application/json': infer Body } } } ? Body : object;

/** What a request has beside its method and path. */
interface Parts<Op> {
  /** For `{names}` in the path; of several parts of it, a list. */
  path?: Record<string, string | number | readonly string[]>;
  query?: QueryOf<Op> | undefined;
  json?: BodyOf<Op>;
  idempotencyKey?: string;
  /** A file, instead of `json`. */
  upload?: Upload;
}

/** How a file is sent. */
export type Upload = Pick<GatewayRequest, 'alsoAnswer' | 'signal' | 'timeoutMs'> & { fetch: typeof fetch };

// Says that the request comes from a page of the gateway's own, which another page's form cannot (docs/security of sessions).
const http = new GatewayHttp(location.origin + gatewayPath, () => ({ 'X-Tallygate-Portal': '1' }), { fetch: connection.fetch });

/** Told of each answer 401 but those about signing in itself. Resolves when somebody has signed in again. */
let signedInAgain: () => Promise<void> = () => Promise.reject(new Error('Nobody asks for a password yet.'));
export const onSessionOver = (ask: () => Promise<void>): void => void (signedInAgain = ask);

/** Told of each answer `CONFIRMATION_REQUIRED`. Resolves when the password was confirmed; rejects when somebody would rather not. */
let passwordConfirmed: () => Promise<void> = () => Promise.reject(new Error('Nobody asks for a password yet.'));
export const onConfirmationRequired = (ask: () => Promise<void>): void => void (passwordConfirmed = ask);

/**
 * A request to the gateway, typed by its OpenAPI document. A reading one that finds the session over waits until somebody has
 * signed in again, and is repeated. So is one that needs the password once more, after it was confirmed.
 * @throws GatewayError
 */
async function send<M extends Method, P extends PathsWith<M>>(
  method: M,
  path: P,
  { path: names = {}, query, upload, ...parts }: Parts<Operation<P, M>> = {},
): Promise<AnswerOf<Operation<P, M>>> {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encoded(names[name]!));
  const request = {
    method: method.toUpperCase(),
    path: filled,
    ...(query && { query }),
    ...parts,
    ...(upload && asFile(upload)),
  } as GatewayRequest;
  try {
    return await http.send(request);
  } catch (error) {
    if (ASKING_PATHS.includes(path)) throw error;
    if (needsPassword(error)) return passwordConfirmed().then(() => http.send(request));
    if (!isSessionOver(error)) throw error;
    const again = signedInAgain();
    if (method !== 'get') throw error;
    await again;
    return http.send(request);
  }
}

const asFile = ({ fetch, ...upload }: Upload): Partial<GatewayRequest> => ({
  ...upload,
  headers: { 'Content-Type': 'application/octet-stream' },
  fetch: (...asked) => connection.watched(fetch, ...asked),
});

/** A slash between parts is written as it is: proxies decode `%2F`, or refuse it. */
const encoded = (name: string | number | readonly string[]): string => [name].flat().map(encodeURIComponent).join('/');

/** Their answers 401 are about the password that somebody has just typed. */
const ASKING_PATHS: readonly string[] = ['/api/auth/session', '/api/auth/session/confirm'];
const needsPassword = (error: unknown): boolean => error instanceof GatewayError && error.errorCode === 'CONFIRMATION_REQUIRED';
const isSessionOver = (error: unknown): boolean => error instanceof GatewayError && error.errorCode === 'UNAUTHORIZED';

export const api = {
  get: <P extends PathsWith<'get'>>(path: P, parts?: Parts<Operation<P, 'get'>>) => send('get', path, parts),
  post: <P extends PathsWith<'post'>>(path: P, parts?: Parts<Operation<P, 'post'>>) => send('post', path, parts),
  put: <P extends PathsWith<'put'>>(path: P, parts?: Parts<Operation<P, 'put'>>) => send('put', path, parts),
  patch: <P extends PathsWith<'patch'>>(path: P, parts?: Parts<Operation<P, 'patch'>>) => send('patch', path, parts),
  delete: <P extends PathsWith<'delete'>>(path: P, parts?: Parts<Operation<P, 'delete'>>) => send('delete', path, parts),
};

/** Where the browser itself fetches a file or a stream from, with the session's cookie. */
export function gatewayAddress(path: string, query: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return `${gatewayPath}${path}?${new URLSearchParams(given)}`;
}
