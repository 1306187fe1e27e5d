/** Where a gateway is, and what lets a client in. */
export interface Access {
  /** Of the MCP endpoint. */
  url: string;
  /** A placeholder where the key is not known. */
  apiKey: string;
}

/** What a text is written in, for who colours or indents it. */
export type ConfigurationLanguage = 'json' | 'python' | 'shell' | 'toml' | 'typescript' | 'uri' | 'yaml';

/** Where a text belongs: a command line, a file, a program; where that differs, by operating system. */
export type ConfigurationPlace = string | { macos?: string; linux?: string; windows?: string };

/** An MCP client, and how it is told about a gateway. */
export interface KnownClient {
  /** What `tallygate config client` calls it. */
  id: string;
  title: string;
  where: ConfigurationPlace;
  language: ConfigurationLanguage;
  text(access: Access): string;
  /** A link that makes the client ask whether to add the gateway. Without a key none is in it. */
  deepLink?(url: string, apiKey: string | undefined): string;
}
