import type { ServerCapabilities } from '@modelcontextprotocol/client';
import { isTooDeep, JSON_DEPTH_MAX } from '../../common/json-text/json-depth.js';
import { isObject } from '../../common/json.js';
import { unstorable } from '../../common/storable-value.js';
import { oneReadingOf } from '../../common/json-text/one-reading.js';
import { itemsOf, membersOf, type JsonMembers } from '../../common/json-text/json-members.js';
import { NotMcp } from './relay/no-answer.js';
import { readableInputSchema, readableMembers } from './relay/readable-definition.js';
import type { ServerResult } from './relay/relay.js';
import type { Definition, ListName, OfferedLists, OfferKind, PromptDefinition, ToolDefinition, Unusable } from './definitions.js';
import { UriTemplate } from '../../tools/source/uri-template.js';
import { RPC, ServerError } from '../../tools/source/server-error.js';

/** Of one list; further entries and pages are left out. */
const ENTRIES_MAX = 1_000;
const PAGES_MAX = 50;
const NAME_MAX_CHARS = 200;
const URI_MAX_CHARS = 8_192;
/** As JSON: of one entry, and of a list. Every caller gets the lists of all servers, and models read them. */
const ENTRY_MAX_CHARS = 262_144;
const TOO_LONG = `it has more than ${ENTRY_MAX_CHARS} characters`;
const LIST_MAX_CHARS = 4_194_304;
/** Each address that is read is compared with every template. */
const TEMPLATES_MAX = 100;

/** Asks the server for one page of a list. */
export type RequestPage = (method: string, params: JsonMembers) => Promise<ServerResult>;

type Entry = Record<string, unknown>;

/** One of the lists: the method that asks for it, the member of the answer it is in, and what its entries are. */
interface List<One extends Definition> {
  kind: OfferKind;
  /** What servers announce its changes as. */
  announced: ListName;
  method: string;
  member: string;
  /** What its entries are called by. */
  id: 'name' | 'uri' | 'uriTemplate';
  /** Further ones are left out. */
  most?: number;
  /** Why one of this name cannot be used, if so. */
  problemOf?: (called: string) => string | undefined;
  /** What of an entry the gateway reads beside its description. */
  read: (entry: Entry, described: Definition) => One;
}

const described = (_: Entry, definition: Definition): Definition => definition;
const TOOLS: List<ToolDefinition> = {
  kind: 'tool',
  announced: 'tools',
  method: 'tools/list',
  member: 'tools',
  id: 'name',
  read: toolOf,
};
const RESOURCES: List<Definition> = {
  kind: 'resource',
  announced: 'resources',
  method: 'resources/list',
  member: 'resources',
  id: 'uri',
  read: described,
};
const TEMPLATES: List<Definition> = {
  kind: 'template',
  announced: 'resources',
  method: 'resources/templates/list',
  member: 'resourceTemplates',
  id: 'uriTemplate',
  most: TEMPLATES_MAX,
  problemOf: problemOfTemplate,
  read: described,
};
const PROMPTS: List<PromptDefinition> = {
  kind: 'prompt',
  announced: 'prompts',
  method: 'prompts/list',
  member: 'prompts',
  id: 'name',
  read: promptOf,
};

/** What a server says of itself when a session begins. */
export interface Introduction {
  capabilities: ServerCapabilities;
  /** Where it is wanted. */
  instructions: string | undefined;
}

/** What is known of a server's lists, and which of them have to be read again. */
export interface KnownLists {
  before: OfferedLists;
  changed: ReadonlySet<ListName>;
}

/**
 * What a server offers now, of which only the lists that have changed are read. What of it cannot be offered is named, with the reason.
 * @param introduction read after the first request, which may begin another session.
 * @throws UpstreamFailure; ServerError when the server refuses to list its tools; NotMcp
 */
export async function readOfferedLists(
  request: RequestPage,
  introduction: () => Introduction,
  { before, changed }: KnownLists,
): Promise<OfferedLists> {
  const unusable = before.unusable.filter(({ kind }) => !isRead(kind, changed));
  const read = async <One extends Definition>(list: List<One>, known: readonly One[], refusal?: number) => {
    if (!changed.has(list.announced)) return known;
    return new ListReader(list, unusable).read(request).catch(emptyIfRefused(refusal));
  };
  const tools = await read(TOOLS, before.tools, RPC.METHOD_NOT_FOUND);
  const { capabilities, instructions } = introduction();
  const { resources, prompts } = capabilities;
  const isTooLong = instructions !== undefined && instructions.length > ENTRY_MAX_CHARS;
  if (isTooLong) unusable.push({ kind: 'instructions', name: 'instructions', reason: TOO_LONG });
  return {
    tools,
    resources: resources ? await read(RESOURCES, before.resources) : [],
    templates: resources ? await read(TEMPLATES, before.templates) : [],
    prompts: prompts ? await read(PROMPTS, before.prompts) : [],
    ...(instructions && !isTooLong && { instructions }),
    unusable,
  };
}

/** Instructions are said anew each time. */
const isRead = (kind: OfferKind, changed: ReadonlySet<ListName>): boolean => {
  const list = [TOOLS, RESOURCES, TEMPLATES, PROMPTS].find((one) => one.kind === kind);
  return list === undefined || changed.has(list.announced);
};

/** Reads one list, page by page. Of two entries with one id, the later counts. */
class ListReader<One extends Definition> {
  private readonly found = new Map<string, One>();
  private chars = 0;
  private seen = 0;

  constructor(
    private readonly list: List<One>,
    private readonly unusable: Unusable[],
  ) {}

  async read(request: RequestPage): Promise<One[]> {
    const { method, member } = this.list;
    let cursor: string | undefined;
    for (let pages = 0; pages < PAGES_MAX && this.hasRoom; pages += 1) {
      const { value, json } = await request(method, { cursor: cursor && JSON.stringify(cursor) });
      const entries = value[member] ?? [];
      if (!Array.isArray(entries)) throw new NotMcp(`"${member}" is not a list`);
      const texts = entries.length > 0 ? itemsOf(membersOf(json).get(member)!) : [];
      entries.forEach((entry: unknown, place) => this.take(entry, texts[place]!));
      const { nextCursor } = value;
      if (typeof nextCursor !== 'string' || nextCursor === '' || nextCursor === cursor) break;
      cursor = nextCursor;
    }
    return [...this.found.values()];
  }

  private get hasRoom(): boolean {
    return this.found.size < (this.list.most ?? ENTRIES_MAX) && this.chars < LIST_MAX_CHARS;
  }

  private take(entry: unknown, json: string): void {
    this.seen += 1;
    const reason = this.reasonAgainst(entry, json);
    if (reason === undefined) return this.add(entry as Entry, json);
    if (this.unusable.length < ENTRIES_MAX) this.unusable.push({ kind: this.list.kind, name: this.nameOf(entry), reason });
  }

  private add(entry: Entry, json: string): void {
    const definition = this.list.read(entry, definitionOf(entry, oneReadingOf(json), this.list.id));
    this.chars += json.length;
    this.found.set(definition.id, definition);
  }

  private reasonAgainst(entry: unknown, json: string): string | undefined {
    const { id, member, most = ENTRIES_MAX, problemOf } = this.list;
    const max = id === 'name' ? NAME_MAX_CHARS : URI_MAX_CHARS;
    if (!isObject(entry)) return 'it is not an object';
    const called = entry[id];
    if (typeof called !== 'string' || called === '') return `it has no "${id}"`;
    if (called.length > max) return `its "${id}" has more than ${max} characters`;
    const flaw = unstorable(called); // of names that become one in PostgreSQL, a change of one would be none
    if (flaw) return `its "${id}" ${flaw}`;
    if (json.length > ENTRY_MAX_CHARS) return TOO_LONG;
    if (isTooDeep(json)) return `it nests deeper than ${JSON_DEPTH_MAX} levels`;
    if (this.chars + json.length > LIST_MAX_CHARS) return `the list has more than ${LIST_MAX_CHARS} characters`;
    if (this.found.size >= most && !this.found.has(called)) return `the server has more than ${most} ${member}`;
    return problemOf?.(called);
  }

  private nameOf(entry: unknown): string {
    const called = isObject(entry) ? entry[this.list.id] : undefined;
    return typeof called === 'string' && called !== ''
      ? called.slice(0, NAME_MAX_CHARS)
      : `${this.list.member}[${this.seen - 1}]`;
  }
}

function definitionOf(entry: Entry, json: string, id: string): Definition {
  const { name, title, description, annotations } = entry;
  return {
    id: entry[id] as string,
    name: typeof name === 'string' ? name : (entry[id] as string),
    ...(typeof title === 'string' && { title }),
    ...(typeof description === 'string' && { description }),
    ...(isObject(annotations) && { annotations }),
    json: readableMembers(entry, json),
    text: json,
  };
}

function toolOf({ inputSchema, outputSchema, execution, _meta: meta }: Entry, definition: Definition): ToolDefinition {
  const schema = isObject(inputSchema) ? inputSchema : {};
  return {
    ...definition,
    inputSchema: { ...schema, type: 'object' },
    ...(isObject(outputSchema) && { outputSchema }),
    ...(isObject(execution) && execution['taskSupport'] === 'required' && { needsTask: true as const }),
    ...(isObject(meta) && { meta }),
    json: { ...definition.json, inputSchema: readableInputSchema(inputSchema, definition.json['inputSchema']) },
  };
}

function problemOfTemplate(text: string): string | undefined {
  try {
    return void new UriTemplate(text);
  } catch (error) {
    return (error as Error).message;
  }
}

function promptOf({ arguments: given }: Entry, definition: Definition): PromptDefinition {
  const known = Array.isArray(given) ? given.filter(isObject) : [];
  const args = known.flatMap(({ name, required }) => (typeof name === 'string' ? [{ name, required: required === true }] : []));
  return { ...definition, arguments: args };
}

/** A server that answers with an error (with this code, if one is given) has no such list; its other lists still count. */
const emptyIfRefused =
  (code?: number) =>
  (error: unknown): never[] => {
    if (error instanceof ServerError && (code === undefined || error.code === code)) return [];
    throw error;
  };
