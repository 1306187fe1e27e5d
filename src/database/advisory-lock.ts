/** PostgreSQL's advisory locks are numbers in one space per database; these are ours, all of them. */
export const LOCK = {
  /** Held as long as a gateway uses an embedded data folder. */
  owner: 7_255_301,
  migrations: 7_255_302,
  clickhouseMigrations: 7_255_303,
  /** Held by the one replica that delivers usage to ClickHouse. */
  usageDelivery: 7_255_304,
  firstAdmin: 7_255_305,
  defaultKey: 7_255_306,
  sampleData: 7_255_307,
  /** Held while a server is registered, so that there are never more than may be. */
  serverRegistration: 7_255_308,
  /** One per dataset: this plus the CRC-32 of its name. */
  datasetImports: 7_255_000_000_000,
} as const;
