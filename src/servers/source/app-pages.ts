import { isObject } from '../../common/json.js';
import { itemsOf, textAt, withMembers, type JsonMembers } from '../../common/json-text/json-members.js';
import type { ResourceResult } from '../../tools/source/resource.js';
import type { ToolDefinition } from '../connection/definitions.js';
import type { PooledServer } from '../pool/pooled-server.js';
import { poolIn, type OtherPools } from './other-pools.js';

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
 * The pages of a pool's servers (MCP Apps). Where an earlier pool has a page of the same address, the address gets the pool's name in
 * front: nobody may be shown one server's page for another one's tool. So does one that already has a pool's name in front.
 */
export class AppPages {
  private readonly addresses: ReadonlyMap<string, string>;

  /** @param others what the other pools are called, and which addresses the earlier ones have */
  constructor(
    pool: string,
    servers: readonly PooledServer[],
    private readonly others: OtherPools,
  ) {
    const { pools, pagesTaken } = others;
    const listed = servers.flatMap(({ offered }) =>
      offered.resources.map(({ id }) => id).filter((uri) => uri.startsWith(SCHEME)),
    );
    const ofTools = servers.flatMap((server) => approvedTools(server).flatMap(pagesOf));
    const isOthers = (uri: string) => pagesTaken.has(uri) || poolIn(uri.slice(SCHEME.length), pools) !== undefined;
    const shown = (uri: string) => (isOthers(uri) ? `${SCHEME}${pool}__${uri.slice(SCHEME.length)}` : uri);
    this.addresses = new Map([...listed, ...ofTools].map((uri) => [uri, shown(uri)]));
  }

  /** As callers know them. */
  get all(): string[] {
    return [...this.addresses.values()];
  }

  /** Whether the address is known as another pool's page, which a template may not stand for, whether that page can be read or not. */
  isOthers(uri: string): boolean {
    return this.others.pagesTaken.has(uri) && !this.all.includes(uri);
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
    if (pagesOf(definition).every((page) => this.shown(page) === page)) return json;
    const meta = json['_meta']!;
    const ui = textAt(['ui'], meta);
    const resourceUri = ui && this.shownText(textAt(['resourceUri'], ui));
    const named = NAMED_IN.map((name) => [name, this.shownText(textAt([name], meta))]);
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
