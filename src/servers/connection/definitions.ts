import type { JsonMembers } from '../../common/json-text/json-members.js';

/** What a server may offer: a template is one of resources, instructions are what it tells models of itself. */
export const OFFER_KINDS = ['tool', 'prompt', 'resource', 'template', 'instructions'] as const;
export type OfferKind = (typeof OFFER_KINDS)[number];

/** What one of a kind is called, for people. */
export const KIND_WORDS: Readonly<Record<OfferKind, string>> = {
  ...{ tool: 'tool', prompt: 'prompt', resource: 'resource', template: 'resource template', instructions: 'text' },
};

/** The lists whose changes servers announce, each by itself; that of resources is about templates too. */
export const LISTS = ['tools', 'resources', 'prompts'] as const;
export type ListName = (typeof LISTS)[number];

/** Something that a server offers, as it describes it. */
export interface Definition {
  /** What it is called by: a name or an address. */
  id: string;
  name: string;
  title?: string | undefined;
  description?: string | undefined;
  annotations?: Record<string, unknown> | undefined;
  /** Its members, each as the text it came in, but for what clients could not read. */
  json: JsonMembers;
  /** All of it, as the text it came in. */
  text: string;
}

/** A tool as its server describes it. */
export interface ToolDefinition extends Definition {
  /** As the gateway reads it. Nothing of a stranger's schema is run. */
  inputSchema: { type: 'object'; [keyword: string]: unknown };
  /** Of any type. */
  outputSchema?: Record<string, unknown> | undefined;
  /** It can only be called as a task; MCP 2025-11-25, `execution`. */
  needsTask?: true;
  meta?: Record<string, unknown> | undefined;
}

export interface PromptDefinition extends Definition {
  arguments: readonly { name: string; required: boolean }[];
}

export type ResourceDefinition = Definition;
export type ResourceTemplateDefinition = Definition;

/** An entry that cannot be offered at all. */
export interface Unusable {
  kind: OfferKind;
  /** Its name, or its place in the list. */
  name: string;
  reason: string;
}

/** Everything a server offers. */
export interface OfferedLists {
  tools: readonly ToolDefinition[];
  resources: readonly ResourceDefinition[];
  templates: readonly ResourceTemplateDefinition[];
  prompts: readonly PromptDefinition[];
  /** What it tells models of itself, where that is wanted. */
  instructions?: string | undefined;
  /** Of all lists. */
  unusable: readonly Unusable[];
}

export const NOTHING_OFFERED: OfferedLists = { tools: [], resources: [], templates: [], prompts: [], unusable: [] };
