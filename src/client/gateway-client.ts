import { streamedCalls, type StreamedCall, type StreamOptions } from './call-stream.js';
import { GatewayHttp, type GatewayHttpOptions, type RequestOptions } from './gateway-http.js';
import type { paths } from './openapi.types.js';
import type { QueryOf, Schemas } from './servers-client.js';
import { PeopleClient } from './people-client.js';
import { settleInOrder } from './settle-in-order.js';

export type { StreamedCall, StreamOptions } from './call-stream.js';
export { GatewayError, type InvalidField } from './gateway-error.js';
export type { RequestOptions } from './gateway-http.js';
export type { components, paths } from './openapi.types.js';

/** Of a file with all rows. */
type FileQuery<Path extends keyof paths> = Omit<QueryOf<Path>, 'format' | 'page' | 'page_size'> & { format: 'csv' | 'ndjson' };

/** Most calls in flight at once in `callTools`. */
const CONCURRENCY_DEFAULT = 8;

export interface GatewayClientOptions extends GatewayHttpOptions {
  /** An API key: enough for tools and statistics. */
  apiKey?: string;
  /** A login token, as returned by `login`. */
  token?: string;
}

/** Options of a tool call. */
export interface CallOptions extends RequestOptions {
  /**
   * Identifies the call: repeated with the same key it runs and costs once, so it is retried after 429 and 503. A
   * call without one is never retried.
   */
  idempotencyKey?: string;
}

/** One of many calls. */
export type ToolCall = Schemas['CallToolDto'] & Pick<CallOptions, 'idempotencyKey'>;

/**
 * A client of a Tallygate gateway, for Node.js and browsers. Fields are named as in the REST API. Every method throws
 * `GatewayError`, or the reason of a `signal` that aborted it.
 */
export class GatewayClient extends PeopleClient {
  private token: string | undefined;

  /** @param url of the REST listener, e.g. `http://localhost:8000` */
  constructor(url: string, options: GatewayClientOptions = {}) {
    const { apiKey } = options;
    super(new GatewayHttp(url.replace(/\/+$/, ''), () => credentials(this.token, apiKey), options));
    this.token = options.token;
  }

  /** Logs in with a username or an e-mail; later requests are made as that user. */
  async login(username: string, password: string, options?: RequestOptions): Promise<Schemas['AccessTokenDto']> {
    const form = { username, password };
    const answer = await this.http.send<Schemas['AccessTokenDto']>({ method: 'POST', path: '/auth/login', form, ...options });
    this.token = answer.access_token;
    return answer;
  }

  /** Changes the caller's password, which ends their other logins; later requests are made with the new token. */
  async changePassword(current: string, next: string, options?: RequestOptions): Promise<Schemas['AccessTokenDto']> {
    const json: Schemas['ChangePasswordDto'] = { current_password: current, new_password: next };
    const answer = await this.http.send<Schemas['AccessTokenDto']>({
      method: 'PUT',
      path: '/api/auth/password',
      json,
      ...options,
    });
    this.token = answer.access_token;
    return answer;
  }

  /** Ends the login token. */
  logout(options?: RequestOptions): Promise<void> {
    return this.http.send({ method: 'POST', path: '/api/auth/logout', ...options });
  }

  /** Lists the tools the caller may call, or what one of their keys would see of them. */
  async listTools(options?: RequestOptions & { asKey?: string }): Promise<Schemas['ListedToolDto'][]> {
    const { asKey, ...rest } = options ?? {};
    return (await this.get<Schemas['ToolListDto']>('/tools', rest, asKey === undefined ? undefined : { as_key: asKey })).tools;
  }

  /** A tool that ran and reports an error is an answer with `is_error`; a call that was refused or failed throws. */
  callTool(call: Schemas['CallToolDto'], options?: CallOptions): Promise<Schemas['ToolCallResultDto']> {
    return this.post('/tools/call', call, options);
  }

  /**
   * Makes many calls, a few at a time. Results are in the order of the calls; one that fails does not stop the
   * others.
   */
  callTools(
    calls: readonly ToolCall[],
    { concurrency = CONCURRENCY_DEFAULT, ...options }: RequestOptions & { concurrency?: number } = {},
  ): Promise<PromiseSettledResult<Schemas['ToolCallResultDto']>[]> {
    return settleInOrder(calls, concurrency, ({ idempotencyKey, ...call }) =>
      this.callTool(call, { ...options, ...(idempotencyKey !== undefined && { idempotencyKey }) }),
    );
  }

  /** The gateway's health, also when it cannot serve. */
  health(options?: RequestOptions): Promise<Schemas['HealthDto']> {
    return this.http.send({ method: 'GET', path: '/health', alsoAnswer: (status) => status === 503, ...options });
  }

  stats(options?: RequestOptions): Promise<Schemas['GatewayStatsDto']> {
    return this.get('/stats', options);
  }

  /** Creates a key. The whole key is shown only in this answer. */
  createKey(key: Schemas['CreateKeyDto'] = {}, options?: RequestOptions): Promise<Schemas['CreatedKeyDto']> {
    return this.post('/api/mcp-keys/create', key, options);
  }

  /** The caller's keys, newest first: those of the `page` that is asked for, or all of them. */
  async listKeys(query: QueryOf<'/api/mcp-keys/list'> = {}, options?: RequestOptions): Promise<Schemas['KeyDetailsDto'][]> {
    const found = new Map<string, Schemas['KeyDetailsDto']>(); // a key that is made meanwhile moves others to the next page
    for (let page = 1, isLast = false; !isLast; page += 1) {
      const wanted = page === 1 ? query : { ...query, page };
      const { keys, page_size } = await this.get<Schemas['KeyListDto']>('/api/mcp-keys/list', options, wanted);
      for (const key of keys) found.set(key.id, key);
      isLast = query.page !== undefined || !(keys.length >= page_size);
    }
    return [...found.values()];
  }

  /** One of the caller's keys, with what is left of its hour. */
  getKey(keyId: string, options?: RequestOptions): Promise<Schemas['OwnKeyDto']> {
    return this.get(`/api/mcp-keys/${encodeURIComponent(keyId)}`, options);
  }

  /** Renames a key or changes what it may do, within the rights of its owner; what is left out stays. */
  editKey(keyId: string, json: Schemas['EditKeyDto'], options?: RequestOptions): Promise<Schemas['OwnKeyDto']> {
    return this.http.send({ method: 'PATCH', path: `/api/mcp-keys/${encodeURIComponent(keyId)}`, json, ...options });
  }

  revokeKey(keyId: string, options?: RequestOptions): Promise<Schemas['RevokedKeyDto']> {
    return this.post('/api/mcp-keys/revoke', { key_id: keyId } satisfies Schemas['RevokeKeyDto'], options);
  }

  /** Replaces a key by a new one; the old one works for another `overlapSeconds`. */
  rotateKey(keyId: string, overlapSeconds?: number, options?: RequestOptions): Promise<Schemas['CreatedKeyDto']> {
    const body = { key_id: keyId, ...(overlapSeconds !== undefined && { overlap_seconds: overlapSeconds }) };
    return this.post('/api/mcp-keys/rotate', body, options);
  }

  /** Lists the caller's calls, newest first. */
  usageHistory(query: QueryOf<'/api/mcp-usage/history'> = {}, options?: RequestOptions): Promise<Schemas['UsageHistoryDto']> {
    return this.get('/api/mcp-usage/history', options, query);
  }

  /** The caller's calls by day and by tool. */
  usageStats(query: QueryOf<'/api/mcp-usage/stats'> = {}, options?: RequestOptions): Promise<Schemas['UsageStatsDto']> {
    return this.get('/api/mcp-usage/stats', options, query);
  }

  /** The caller's calls by the key they were made with. */
  usageByKey(query: QueryOf<'/api/mcp-usage/keys'> = {}, options?: RequestOptions): Promise<Schemas['UsageByKeyDto']> {
    return this.get('/api/mcp-usage/keys', options, query);
  }

  /** The caller's calls by hour or day, and how long they took; as one series or as several. */
  usageSeries(query: QueryOf<'/api/mcp-usage/timeseries'> = {}, options?: RequestOptions): Promise<Schemas['UsageSeriesDto']> {
    return this.get('/api/mcp-usage/timeseries', options, query);
  }

  /**
   * The caller's calls as they are recorded, until the gateway ends the stream, e.g. as it stops: then it is asked again with the `id` of
   * the last call as `lastEventId`.
   */
  streamCalls(
    query: QueryOf<'/api/mcp-usage/stream'> = {},
    options?: StreamOptions,
  ): AsyncGenerator<StreamedCall<Schemas['UsageRecordDto']>> {
    return streamedCalls(this.http, '/api/mcp-usage/stream', query, options);
  }

  /** All of the caller's calls as a file, newest first, to be read as it comes. Reading one that breaks off fails: it is not whole. */
  exportUsage(query: FileQuery<'/api/mcp-usage/history'>, options?: RequestOptions): Promise<ReadableStream<Uint8Array>> {
    return this.http.open({ method: 'GET', path: '/api/mcp-usage/history', query, ...options });
  }

  /** The caller's calls by day and tool as a file; see `exportUsage`. */
  exportUsageStats(query: FileQuery<'/api/mcp-usage/stats'>, options?: RequestOptions): Promise<ReadableStream<Uint8Array>> {
    return this.http.open({ method: 'GET', path: '/api/mcp-usage/stats', query, ...options });
  }

  /** All credit transactions of the caller's account as a file, newest first; see `exportUsage`. */
  exportCredits(query: FileQuery<'/api/mcp/credit-history'>, options?: RequestOptions): Promise<ReadableStream<Uint8Array>> {
    return this.http.open({ method: 'GET', path: '/api/mcp/credit-history', query, ...options });
  }

  /** The caller's account: tier, credits, the first characters of its key, and what is left of the hour's requests. */
  account(options?: RequestOptions): Promise<Schemas['OwnAccountDto']> {
    return this.get('/api/mcp/account', options);
  }

  /** The account's credit transactions, newest first, page by page. */
  creditHistory(query: QueryOf<'/api/mcp/credit-history'> = {}, options?: RequestOptions): Promise<Schemas['CreditHistoryDto']> {
    return this.get('/api/mcp/credit-history', options, query);
  }

  /** Opens an account. Its whole key is shown only in this answer. */
  enableAccount(options?: RequestOptions): Promise<Schemas['EnabledAccountDto']> {
    return this.post('/api/mcp/enable', {}, options);
  }

  /** Replaces the account's key; the old one is refused at once. */
  regenerateKey(options?: RequestOptions): Promise<Schemas['RegeneratedKeyDto']> {
    return this.post('/api/mcp/regenerate-key', {}, options);
  }

  /** Credits, and the calls of this month and today. */
  usageSummary(options?: RequestOptions): Promise<Schemas['UsageSummaryDto']> {
    return this.get('/api/mcp/usage/summary', options);
  }

  /** Creates a user. For admins. */
  createUser(user: Schemas['CreateUserDto'], options?: RequestOptions): Promise<Schemas['UserDto']> {
    return this.post('/auth/users', user, options);
  }

  /** Lists all users, newest first, page by page. For admins. */
  listUsers(query: QueryOf<'/api/admin/users'> = {}, options?: RequestOptions): Promise<Schemas['UserListDto']> {
    return this.get('/api/admin/users', options, query);
  }

  /** Changes a user's role, display name or activity. For admins. */
  editUser(id: string, change: Schemas['EditUserDto'], options?: RequestOptions): Promise<Schemas['UserDto']> {
    return this.http.send({ method: 'PATCH', path: `/api/admin/users/${encodeURIComponent(id)}`, json: change, ...options });
  }

  /** Makes a link by which a user sets a password, once, within a day. For admins. */
  makePasswordLink(id: string, options?: RequestOptions): Promise<Schemas['PasswordLinkDto']> {
    return this.post(`/api/admin/users/${encodeURIComponent(id)}/password-link`, {}, options);
  }

  /** Everybody's calls, or those of a user or an account, by hour or day. For admins. */
  allUsageSeries(
    query: QueryOf<'/api/admin/usage/timeseries'> = {},
    options?: RequestOptions,
  ): Promise<Schemas['UsageSeriesDto']> {
    return this.get('/api/admin/usage/timeseries', options, query);
  }

  /** Everybody's calls of the last days, newest first; what follows is had with `before`. For admins. */
  listCalls(query: QueryOf<'/api/admin/calls'> = {}, options?: RequestOptions): Promise<Schemas['AllCallsDto']> {
    return this.get('/api/admin/calls', options, query);
  }

  /** Everybody's calls of the last days as a file; see `exportUsage`. For admins. */
  exportAllCalls(query: FileQuery<'/api/admin/calls'>, options?: RequestOptions): Promise<ReadableStream<Uint8Array>> {
    return this.http.open({ method: 'GET', path: '/api/admin/calls', query, ...options });
  }

  /** Everybody's calls as they are recorded; see `streamCalls`. For admins. */
  streamAllCalls(
    query: QueryOf<'/api/admin/calls/stream'> = {},
    options?: StreamOptions,
  ): AsyncGenerator<StreamedCall<Schemas['AnyCallDto']>> {
    return streamedCalls(this.http, '/api/admin/calls/stream', query, options);
  }

  /** Every setting of the gateway with where its value comes from, secrets masked. For admins. */
  config(options?: RequestOptions): Promise<Schemas['ConfigDto']> {
    return this.get('/api/admin/config', options);
  }

  /** What a start with another gateway.yaml would do, given as its text. Changes nothing. For admins. */
  checkConfig(yaml: string, options?: RequestOptions): Promise<Schemas['ConfigCheckDto']> {
    return this.post('/api/admin/config/check', { yaml }, options);
  }

  /** Deletes a user, whose books stay. For admins. */
  deleteUser(id: string, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: 'DELETE', path: `/api/admin/users/${encodeURIComponent(id)}`, ...options });
  }
}

/** Both, if both are given: account endpoints read the token, tools prefer the key. */
function credentials(token: string | undefined, apiKey: string | undefined): Record<string, string> {
  return {
    ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    ...(apiKey !== undefined && { 'X-API-Key': apiKey }),
  };
}
