import type { CallContext } from './call-context.js';
import type { Completable } from './completion.js';
import type { ContentBlock, ToolUsage } from './content.js';

/** A message a person can start with, made for them; MCP, "Prompts". */
export interface Prompt extends Completable {
  /** Unique in its source, like a tool's. */
  name: string;
  title?: string;
  description?: string;
  arguments?: PromptArgument[];
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
  meta?: Record<string, unknown>;
}
