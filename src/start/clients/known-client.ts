/** Where a gateway is, and what lets a client in. */
export interface Access {
  /** Of the MCP endpoint. */
  url: string;
  apiKey: string;
}

/** An MCP client, and how it is told about a gateway. */
export interface KnownClient {
  /** What `tallygate config client` calls it. */
  name: string;
  client: string;
  /** Where the text belongs: a command line, a file, a program. */
  where: string;
  text(access: Access): string;
}
