import { isObject } from '../../common/json.js';
import { itemsOf, membersOf, textAt, withMembers, type JsonMembers } from '../../common/json-text/json-members.js';
import type { ResourceResult } from '../../tools/source/resource.js';
import type { ToolDefinition } from '../connection/definitions.js';
import type { PooledServer } from '../pool/pooled-server.js';
import { poolIn } from './pool-names.js';

/** Of the addresses of pages; MCP Apps, "UI Resource Format". */
const SCHEME = 'ui://';
/** Members of `_meta` in which tools name their pages beside `ui`: before MCP Apps were settled, and for hosts of that maker. */
const NAMED_IN = ['ui/resourceUri', 'openai/outputTemplate'];
const URI_MAX_CHARS = 8_192;

/** The pages that hosts show with the tool's results, by the server's own addresses. */
export function pagesOf({ meta = {} }: Pick<ToolDefinition, 'meta'>): string[] {
  const { ui } = meta;
  return [isObject(ui) && ui['resourceUri'], ...NAMED_IN.map((name) => meta[name])].filter(isPage);
}

const isPage = (uri: unknown): uri is string => typeof uri === 'string' && uri.startsWith(SCHEME) && uri.length <= URI_MAX_CHARS;

/**
 * The pages of a pool's servers (MCP Apps). Each address has the pool's name in front, as the names of tools have: nobody may be shown
 * one server's page for another one's tool. So it is for every pool, whatever others offer, since each replica knows of those what it has
 * read itself: an address from one replica means the same on every other, at any time.
 */
export class AppPages {
  private readonly addresses: ReadonlyMap<string, string>;

  /** @param pools what all pools are called */
  constructor(
    private readonly pool: string,
    servers: readonly PooledServer[],
    private readonly pools: ReadonlySet<string>,
  ) {
    const listed = servers.flatMap(({ offered }) =>
      offered.resources.map(({ id }) => id).filter((uri) => uri.startsWith(SCHEME)),
    );
    const ofTools = servers.flatMap((server) => approvedTools(server).flatMap(pagesOf));
    this.addresses = new Map([...listed, ...ofTools].map((uri) => [uri, `${SCHEME}${pool}__${uri.slice(SCHEME.length)}`]));
  }

  /** Whether there are none. */
  get isEmpty(): boolean {
    return this.addresses.size === 0;
  }

  /** Whether the address is one that pages of another pool have, whether or not that is known to have this one. */
  isOthers(uri: string): boolean {
    const pool = uri.startsWith(SCHEME) ? poolIn(uri.slice(SCHEME.length), this.pools) : undefined;
    return pool !== undefined && pool !== this.pool;
  }

  /** As callers know what has this address at its server. */
  shown(uri: string): string {
    return this.addresses.get(uri) ?? uri;
  }

  /** As its server knows what callers know by this address. */
  own(uri: string): string {
    for (const [own, shown] of this.addresses) if (shown === uri) return own;
    return uri;
  }

  /** Those that tools name and no server lists, which need not be; not those that are listed and wait for approval. */
  unlisted(servers: readonly PooledServer[]): string[] {
    const listed = new Set(servers.flatMap(({ offered }) => offered.resources.map(({ id }) => id)));
    return [...this.addresses.keys()].filter((uri) => !listed.has(uri) && !servers.some(({ offers }) => offers.withholds(uri)));
  }

  /** The definition of a tool, with the addresses of its pages as callers know them. */
  inDefinition(definition: ToolDefinition): JsonMembers {
    const { json } = definition;
    if (pagesOf(definition).length === 0) return json;
    const meta = json['_meta']!;
    const ui = textAt(['ui'], meta);
    const named = NAMED_IN.map((name) => [name, this.shownText(membersOf(meta).get(name))]);
    const resourceUri = ui && this.shownText(textAt(['resourceUri'], ui));
    return {
      ...json,
      _meta: withMembers(meta, { ...Object.fromEntries(named), ui: resourceUri && withMembers(ui, { resourceUri }) }),
    };
  }

  /** Of an address as JSON; undefined for what is none of a page. */
  private shownText(json: string | undefined): string | undefined {
    const shown = json && this.addresses.get(JSON.parse(json) as string);
    return shown && JSON.stringify(shown);
  }

  /** What was read of a page, under the address that callers know. */
  inResult(result: ResourceResult, uri: string): ResourceResult {
    const shown = this.shown(uri);
    const contents = result.texts?.get('contents');
    if (shown === uri || contents === undefined) return result;
    const items = itemsOf(contents).map((item) =>
      textAt(['uri'], item) === JSON.stringify(uri) ? withMembers(item, { uri: JSON.stringify(shown) }) : item,
    );
    return { ...result, texts: new Map(result.texts).set('contents', `[${items.join(',')}]`) };
  }
}

/** Whether the server has a tool that may be called and shows this page. */
export const showsPage = (server: PooledServer, uri: string): boolean =>
  approvedTools(server).some((tool) => pagesOf(tool).includes(uri));

const approvedTools = ({ offered, approved }: PooledServer): ToolDefinition[] =>
  offered.tools.filter(({ name }) => approved.has(name));
