import type { JsonMembers } from '../../common/json-text/json-members.js';
import type { CallContext } from './call-context.js';
import type { Completable } from './completion.js';
import type { ToolUsage } from './content.js';
import type { ResultTexts } from './result-texts.js';
import type { TemplateWork } from './template-work.js';

/** What lists tell of a resource or a template beside its address; MCP, "Resources". */
interface ResourceDescription {
  name: string;
  title?: string;
  /** Tells an agent what is in it. */
  description?: string;
  mimeType?: string;
  annotations?: Record<string, unknown>;
  /** Of an upstream server's: what lists say of it beside its address, each member as the JSON text it came in. */
  listing?: JsonMembers;
  /** Table that reads are recorded under. Empty when there is none. */
  tableName: string;
  /** How long a read may take; absent: `tools.timeout_seconds` of the configuration. */
  timeoutMs?: number;
  /** Reads it, or what stands at this address of a template. @throws ToolInputError when there is nothing. */
  read(uri: string, context: CallContext): Promise<ResourceResult>;
}

/** A document at a fixed address. */
export interface Resource extends ResourceDescription {
  uri: string;
  /** It can be read, and is in no list: whoever reads it was told of it otherwise. */
  isUnlisted?: true;
  /** In bytes, if known. */
  size?: number;
}

/** Documents whose addresses follow a pattern: RFC 6570, e.g. `dataset://{name}`. */
export interface ResourceTemplate extends ResourceDescription, Completable {
  uriTemplate: string;
  /** Whether the address is one of the template's. A stranger's template takes what the comparison costs from `work`. */
  matches(uri: string, work: TemplateWork): boolean;
}

/** Text, or bytes in base64. */
export type ResourceContents = { uri: string; mimeType?: string; _meta?: Record<string, unknown> } & (
  { text: string } | { blob: string }
);

export interface ResourceResult {
  contents: ResourceContents[];
  usage: ToolUsage;
  /** Of an upstream server's result: what goes on in place of the contents. */
  texts?: ResultTexts;
}
