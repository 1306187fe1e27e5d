/** One registered upstream server. Instances of one template form a pool. */
export interface ServerInstance {
  /** A UUID. */
  id: string;
  /** Its template and a number that is never given twice, e.g. `file-server-1`; requests may use it for the id. */
  name: string;
  templateName: string;
  /** As registered, secrets in clear: for connecting only, never for an answer or a log. */
  config: Readonly<Record<string, unknown>>;
  /** Free to whoever registered it. */
  metadata: Readonly<Record<string, unknown>>;
  /** Calls go to enabled servers only. */
  enabled: boolean;
  /** Its share of calls under the strategy `weighted`, 1 to 1000. */
  weight: number;
  createdAt: Date;
  /** Changes with every change; a connection made before it is out of date. */
  updatedAt: Date;
  /** Why it cannot be used whatever `enabled` says, for people to read. */
  problem?: string;
}
