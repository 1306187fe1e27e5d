import type { GatewayHttp, RequestOptions } from './gateway-http.js';
import type { components, paths } from './openapi.types.js';

export type Schemas = components['schemas'];
export type QueryOf<Path extends keyof paths> = paths[Path] extends { get: { parameters: { query?: infer Query } } }
  ? Query
  : never;

/** What a request says of itself; see `CallOptions`. */
type PostOptions = RequestOptions & { idempotencyKey?: string };

/** The part of `GatewayClient` that is about upstream servers. */
export class ServersClient {
  protected constructor(protected readonly http: GatewayHttp) {}

  /** Lists the upstream servers, in order of registration. */
  listServers(query: QueryOf<'/servers'> = {}, options?: RequestOptions): Promise<Schemas['ServerDto'][]> {
    return this.get('/servers', options, query);
  }

  /** Registers a server made from a template of the gateway's configuration. */
  registerServer(server: Schemas['RegisterServerDto'], options?: RequestOptions): Promise<Schemas['ServerDto']> {
    return this.post('/servers', server, options);
  }

  /** @param id or name, e.g. `file-server` */
  getServer(id: string, options?: RequestOptions): Promise<Schemas['ServerDto']> {
    return this.get(`/servers/${encodeURIComponent(id)}`, options);
  }

  /** How a server is, how it was in each half hour of the last day, and why a check failed last. */
  serverHistory(id: string, options?: RequestOptions): Promise<Schemas['ServerHistoryDto']> {
    return this.get(`/servers/${encodeURIComponent(id)}/health`, options);
  }

  /** Checks a server's health now. */
  checkServer(id: string, options?: RequestOptions): Promise<Schemas['ServerHealthDto']> {
    return this.post(`/servers/${encodeURIComponent(id)}/check`, {}, options);
  }

  /** What a server offers, and what of it is approved; in pages. */
  listPins(
    id: string,
    query: QueryOf<'/servers/{id}/pins'> = {},
    options?: RequestOptions,
  ): Promise<Schemas['ServerPinListDto']> {
    return this.get(`/servers/${encodeURIComponent(id)}/pins`, options, query);
  }

  /** The answer of `listPins` as the text it is: definitions may have numbers that JavaScript rounds. */
  openPins(id: string, query: QueryOf<'/servers/{id}/pins'> = {}, options?: RequestOptions): Promise<ReadableStream<Uint8Array>> {
    return this.http.open({ method: 'GET', path: `/servers/${encodeURIComponent(id)}/pins`, query, ...options });
  }

  /** What of all servers waits for approval, in pages; `total` is how much. For admins. */
  approvals(query: QueryOf<'/api/admin/approvals'> = {}, options?: RequestOptions): Promise<Schemas['WaitingPinListDto']> {
    return this.get('/api/admin/approvals', options, query);
  }

  /** Approves what a server offers, as it was looked at: all of it or, where something has changed, nothing. */
  approvePins(id: string, pins: Schemas['ApprovePinsDto'], options?: RequestOptions): Promise<Schemas['ApprovedPinsDto']> {
    return this.post(`/servers/${encodeURIComponent(id)}/pins`, pins, options);
  }

  removeServer(id: string, options?: RequestOptions): Promise<void> {
    return this.http.send({ method: 'DELETE', path: `/servers/${encodeURIComponent(id)}`, ...options });
  }

  /** Changes a tool of a server for its callers; null takes a change back. @param tool the server's own name of it */
  changeTool(
    id: string,
    tool: string,
    json: Schemas['EditToolDto'],
    options?: RequestOptions,
  ): Promise<Schemas['ServerToolDto']> {
    const path = `/servers/${encodeURIComponent(id)}/tools/${encodeURIComponent(tool)}`;
    return this.http.send({ method: 'PATCH', path, json, ...options });
  }

  /** The templates that servers can be registered from, also ones that are not enabled. */
  async serverTemplates(options?: RequestOptions): Promise<Schemas['ServerTemplateDto'][]> {
    return (await this.get<Schemas['ServerTemplateListDto']>('/servers/templates', options)).templates;
  }

  /** Connects to a server as if it were registered, and lists what it offers. Nothing is saved. */
  testServer(server: Schemas['TryServerDto'], options?: RequestOptions): Promise<Schemas['ServerTrialDto']> {
    return this.post('/servers/test', server, options);
  }

  protected get<Answer>(path: string, options?: RequestOptions, query?: object): Promise<Answer> {
    return this.http.send({ method: 'GET', path, ...(query && { query }), ...options });
  }

  protected post<Answer>(path: string, json: object, options?: PostOptions): Promise<Answer> {
    return this.http.send({ method: 'POST', path, json, ...options });
  }
}
