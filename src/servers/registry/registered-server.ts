/** A registered upstream server. Those of one pool share its calls. */
export interface RegisteredServer {
  /** A UUID. */
  id: string;
  /** Unique among servers and pools, e.g. `file-server`; requests may name it in place of the id. It never changes. */
  name: string;
  /** What its tools' names begin with. Its own name, unless it was registered into a pool. */
  pool: string;
  templateName: string;
  /** As registered, secrets in clear: for connecting only, never for an answer or a log. */
  config: Readonly<Record<string, unknown>>;
  /** Whatever was registered with it; the gateway does not read it. */
  metadata: Readonly<Record<string, unknown>>;
  /** Calls go to enabled servers only. */
  enabled: boolean;
  /** Its share of calls under the strategy `weighted`, 1 to 1000. */
  weight: number;
  createdAt: Date;
  updatedAt: Date;
  /** Why it cannot be used, whatever `enabled` says; a sentence for people. */
  problem?: string;
}
