import { ProtocolError, ProtocolErrorCode, type ServerCapabilities } from '@modelcontextprotocol/client';
import { z } from 'zod';

/** Of one list; further entries and pages are left out. */
const ENTRIES_MAX = 1_000;
const PAGES_MAX = 50;
const TEXT_MAX_CHARS = 8_192;
/** As JSON: of one entry, and of a list. Every caller gets the lists of all servers, and models read them. */
const ENTRY_MAX_CHARS = 262_144;
const LIST_MAX_CHARS = 4_194_304;
/** Each address that is read is compared with every template. */
const TEMPLATES_MAX = 100;

const name = z.string().max(200);
const uri = z.string().max(TEXT_MAX_CHARS);
const schemaObject = z.looseObject({ type: z.literal('object') });
const described = {
  title: z.string().optional(),
  description: z.string().optional(),
  annotations: z.record(z.string(), z.unknown()).optional(),
};
const tool = z.looseObject({ name, ...described, inputSchema: schemaObject, outputSchema: schemaObject.optional() });
const resource = z.object({ uri, name, ...described, mimeType: z.string().optional(), size: z.number().optional() });
const template = z.object({ uriTemplate: uri, name, ...described, mimeType: z.string().optional() });
const argument = z.object({
  name,
  title: z.string().optional(),
  description: z.string().optional(),
  required: z.boolean().optional(),
});
const prompt = z.object({
  name,
  title: z.string().optional(),
  description: z.string().optional(),
  arguments: z.array(argument).optional(),
});

/** A tool as its server describes it. */
export interface ToolDefinition {
  name: string;
  title?: string | undefined;
  description?: string | undefined;
  inputSchema: { type: 'object'; [keyword: string]: unknown };
  outputSchema?: { type: 'object'; [keyword: string]: unknown } | undefined;
  annotations?: Record<string, unknown> | undefined;
  _meta?: Record<string, unknown> | undefined;
}

export type ResourceDefinition = z.infer<typeof resource>;
export type ResourceTemplateDefinition = z.infer<typeof template>;
export type PromptDefinition = z.infer<typeof prompt>;

/** Everything a server offers. */
export interface OfferedLists {
  tools: readonly ToolDefinition[];
  resources: readonly ResourceDefinition[];
  templates: readonly ResourceTemplateDefinition[];
  prompts: readonly PromptDefinition[];
}

export const NOTHING_OFFERED: OfferedLists = { tools: [], resources: [], templates: [], prompts: [] };

const page = z.looseObject({ nextCursor: z.string().optional() });

/** Asks the server for one page of a list. */
export type RequestPage = (method: string, params: Record<string, unknown>, schema: typeof page) => Promise<z.infer<typeof page>>;

/** One of the lists: the method that asks for it, the member of the answer it is in, and what its entries look like. */
interface List<Entry> {
  method: string;
  member: string;
  entry: z.ZodType<Entry>;
  /** Further ones are left out. */
  most?: number;
  /** Of two entries with one id, the later counts. */
  idOf: (entry: Entry) => string;
}

const TOOLS: List<ToolDefinition> = {
  method: 'tools/list',
  member: 'tools',
  entry: tool as z.ZodType<ToolDefinition>,
  idOf: ({ name }) => name,
};
const RESOURCES: List<ResourceDefinition> = {
  method: 'resources/list',
  member: 'resources',
  entry: resource,
  idOf: ({ uri }) => uri,
};
const RESOURCE_TEMPLATES: List<ResourceTemplateDefinition> = {
  method: 'resources/templates/list',
  member: 'resourceTemplates',
  entry: template,
  most: TEMPLATES_MAX,
  idOf: ({ uriTemplate }) => uriTemplate,
};
const PROMPTS: List<PromptDefinition> = { method: 'prompts/list', member: 'prompts', entry: prompt, idOf: ({ name }) => name };

/**
 * What a server offers now. Entries that the gateway cannot read are left out.
 * @param capabilities read after the first request, which may begin another session.
 * @throws UpstreamFailure; ProtocolError when the server refuses to list its tools.
 */
export async function readOfferedLists(request: RequestPage, capabilities: () => ServerCapabilities): Promise<OfferedLists> {
  const tools = await readList(request, TOOLS).catch(emptyIfRefused(ProtocolErrorCode.MethodNotFound));
  const { resources, prompts } = capabilities();
  return {
    tools,
    resources: resources ? await readList(request, RESOURCES).catch(emptyIfRefused()) : [],
    templates: resources ? await readList(request, RESOURCE_TEMPLATES).catch(emptyIfRefused()) : [],
    prompts: prompts ? await readList(request, PROMPTS).catch(emptyIfRefused()) : [],
  };
}

async function readList<Entry>(
  request: RequestPage,
  { method, member, entry, idOf, most = ENTRIES_MAX }: List<Entry>,
): Promise<Entry[]> {
  const found = new Map<string, Entry>();
  let cursor: string | undefined;
  let chars = 0;
  for (let pages = 0; pages < PAGES_MAX && found.size < most && chars < LIST_MAX_CHARS; pages += 1) {
    const answer = await request(method, cursor ? { cursor } : {}, page);
    for (const item of z.array(z.unknown()).parse(answer[member])) {
      const length = lengthOf(item);
      if (length > ENTRY_MAX_CHARS || found.size >= most || chars + length > LIST_MAX_CHARS) continue;
      const { success, data } = entry.safeParse(item);
      if (!success) continue;
      chars += length;
      found.set(idOf(data), data);
    }
    if (!(cursor = answer.nextCursor)) break;
  }
  return [...found.values()];
}

/** As JSON; infinite for what is nested too deeply to be written. */
function lengthOf(item: unknown): number {
  try {
    return JSON.stringify(item)?.length ?? 0;
  } catch {
    return Infinity;
  }
}

/** A server that answers with an error (with this code, if one is given) has no such list; its other lists still count. */
const emptyIfRefused =
  (code?: number) =>
  (error: unknown): never[] => {
    if (error instanceof ProtocolError && (code === undefined || error.code === code)) return [];
    throw error;
  };
