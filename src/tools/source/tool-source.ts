import type { JsonMembers } from '../../common/json-text/json-members.js';
import type { CallContext } from './call-context.js';
import type { ContentBlock, ToolUsage } from './content.js';
import type { Prompt } from './prompt.js';
import type { Resource, ResourceTemplate } from './resource.js';
import type { ResultTexts } from './result-texts.js';
import type { ServerError } from './server-error.js';
import type { ServerTask, TaskMethod } from './server-task.js';

/** A JSON Schema of type object, draft 2020-12. */
export type JsonSchema = { type: 'object'; [keyword: string]: unknown };

/** Hints for clients and for retries; MCP specification, "Tool annotations". */
export interface ToolAnnotations {
  readOnlyHint?: boolean;
  destructiveHint?: boolean;
  idempotentHint?: boolean;
  openWorldHint?: boolean;
}

export interface ToolResult {
  content: ContentBlock[];
  /** An object, of our own tools; of upstream servers any JSON value. */
  structuredContent?: unknown;
  /** The tool ran and says the caller asked for something it cannot do. */
  isError?: boolean;
  /** The server works on: this is the task that says later what came of the call. */
  isTask?: true;
  /** Further `_meta` of the answer. */
  meta?: Record<string, unknown>;
  /** Of an upstream server's result: what goes on in place of all that. */
  texts?: ResultTexts;
  usage: ToolUsage;
}

/** How a task ended: as its call would have. */
export type TaskEnd = { result: ToolResult } | { error: ServerError } | { isCancelled: true };

/** What a server says of a task. */
export interface TaskAnswer {
  /** Under the id that the caller knows. */
  texts: ResultTexts;
  /** Once it has ended, where this says how. */
  end?: TaskEnd;
}

export interface Tool {
  /** Unique in its source; letters, digits, `_` and `-`, at most 64. */
  name: string;
  title: string;
  /** Tells an agent when to use it. */
  description: string;
  inputSchema: JsonSchema;
  /** Of our own tools of type object. */
  outputSchema?: Record<string, unknown>;
  annotations?: ToolAnnotations;
  /** Of an upstream server's tool: what lists say of it beside its name, each member as the JSON text it came in. */
  listing?: JsonMembers;
  /** Credits for one call, before `tools.prices` of the configuration. */
  price: number;
  /** Table that calls are recorded under when they fail before the tool can say. Empty when there is none. */
  tableName: string;
  /** How long a call may take; absent: `tools.timeout_seconds` of the configuration. */
  timeoutMs?: number;
  /**
   * An upstream server's. It checks its arguments itself: a stranger's schema is shown and never run here, where one pattern could
   * stop the process for everybody. It says in `CallContext.onEffect` how far a call has come.
   */
  isForeign?: true;
  /** Where an upstream server's tool comes from: what `GET /tools` calls the server, and the server's own name of the tool. */
  origin?: { server: string; tool: string };
  /** What calls cost that did not do what was asked, and when tasks are charged; absent: `tool_errors` are charged, `cancelled` calls are not, tasks when they are made. */
  charge?: { tool_errors: boolean; cancelled: boolean; tasks?: 'on_create' | 'on_complete' };
  /** Its server has pages that hosts show (MCP Apps). They call its tools by the server's own names, where no other tool is called so. */
  isOfApp?: true;
  /** Only callers of MCP 2025-11-25 can call it, as a task. */
  needsTask?: true;
  /** Asks for one of its tasks. @throws ServerError for an error that the server answers, TallygateError */
  askTask?(method: TaskMethod, task: ServerTask, context: CallContext): Promise<TaskAnswer>;
  /**
   * Runs the tool on arguments that satisfy `inputSchema`, unless it checks them itself.
   * @throws ToolInputError when the arguments make no sense together; `InputRequired` to ask the client
   * first; anything else thrown is a backend failure.
   */
  call(args: Record<string, unknown>, context: CallContext): Promise<ToolResult>;
}

/** Where tools come from, and resources and prompts: a built-in service, or upstream MCP servers. */
export interface ToolSource {
  /** E.g. `stock-data`; what `/tools` and usage records call the tool's service. */
  readonly name: string;
  /** What it offers is a stranger's: where our own sources offer something of the same name or address, that counts. */
  readonly isForeign?: true;
  /** The tools that can be called now, in a fixed order. Cheap: the catalog calls it after every announced change. */
  tools(): readonly Tool[];
  /** What its servers call their tools, whether they are offered now or not, where that is another name than the tools'. */
  ownToolNames?(): Iterable<string>;
  resources?(): readonly Resource[];
  resourceTemplates?(): readonly ResourceTemplate[];
  prompts?(): readonly Prompt[];
  /** What models are told of it where they begin; nothing of our own sources, for which the gateway speaks. */
  instructions?(): string | undefined;
  /** Registers the catalog's listener, called whenever one of the lists would answer differently, unless `Sources` is told. */
  onChange(listener: () => void): void;
  /**
   * Calls the listener whenever what stands at the address has changed, until the returned function is called. Absent: the
   * source's resources do not change, or it cannot tell.
   */
  watch?(uri: string, listener: () => void): () => void;
}

/** The arguments fit the schema but not the data: a reversed range, an unknown symbol. The caller can do better. */
export class ToolInputError extends Error {
  override name = 'ToolInputError';
}
