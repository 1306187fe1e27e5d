import type { JsonMembers } from '../../common/json-text/json-members.js';
import type { CallContext } from './call-context.js';
import type { Completable } from './completion.js';
import type { ContentBlock, ToolUsage } from './content.js';
import type { ResultTexts } from './result-texts.js';

/** A message a person can start with, made for them; MCP, "Prompts". */
export interface Prompt extends Completable {
  /** Unique in its source, like a tool's. */
  name: string;
  title?: string;
  description?: string;
  arguments?: readonly PromptArgument[];
  /** Of an upstream server's: what lists say of it beside its name, each member as the JSON text it came in. */
  listing?: JsonMembers;
  /** How long getting it may take; absent: `tools.timeout_seconds` of the configuration. */
  timeoutMs?: number;
  /** @throws ToolInputError when the arguments make no sense. Required ones are there. */
  get(args: Record<string, string>, context: CallContext): Promise<PromptResult>;
}

export interface PromptArgument {
  name: string;
  title?: string;
  description?: string;
  required?: boolean;
}

export interface PromptMessage {
  role: 'user' | 'assistant';
  content: ContentBlock;
}

export interface PromptResult {
  messages: PromptMessage[];
  usage: ToolUsage;
  /** Of an upstream server's result: what goes on in place of the messages. */
  texts?: ResultTexts;
}
