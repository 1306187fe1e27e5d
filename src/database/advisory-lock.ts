/** PostgreSQL's advisory locks are numbers in one space per database; these are ours, all of them. */
export const LOCK = {
  /** Held as long as a gateway uses an embedded data folder. */
  owner: 7_255_301,
  migrations: 7_255_302,
  clickhouseMigrations: 7_255_303,
  /** Held by the one replica that delivers usage to ClickHouse. Releases up to 0.1.0 deliver under 7 255 304, and delete what they deliver. */
  usageDelivery: 7_255_310,
  firstAdmin: 7_255_305,
  defaultKey: 7_255_306,
  sampleData: 7_255_307,
  /** Held while a server is registered or gets a pool, so that there are never more than may be, nor two of one name. */
  serverRegistration: 7_255_308,
  /** Held by all gateways on a database: by one alone that has an embedded ClickHouse, else shared. */
  clickhouse: 7_255_309,
  /** Held while charges go to files, and by a backup, which reads the ledger in several statements. */
  ledgerArchive: 7_255_311,
  /** One per dataset: this plus the CRC-32 of its name. */
  datasetImports: 7_255_000_000_000,
} as const;

/** Locks of two numbers are a space of their own: which of these, and a hash of the thing it is about. */
export const LOCK_OF_ONE = {
  /** Of a user, while their API keys change. */
  userKeys: 7_255_301,
  /** Of a payment or an invoice of Stripe's, while events about it are handled. */
  payment: 7_255_302,
} as const;
