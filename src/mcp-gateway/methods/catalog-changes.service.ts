import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Principal } from '../../auth/access/principal.js';
import { Counts } from '../../common/concurrency/counts.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig } from '../../config/app-config.js';
import type { ListPage } from '../../tools/catalog/mcp-list.js';
import { PromptCatalog } from '../../tools/catalog/prompt-catalog.service.js';
import { ResourceCatalog, type CatalogResource } from '../../tools/catalog/resource-catalog.service.js';
import { ToolCatalog } from '../../tools/catalog/tool-catalog.service.js';
import { TemplateWork } from '../../tools/source/template-work.js';

/** Many changes at once, such as those of an upstream server that comes back, are told as one. */
const GATHER_MS = 50;

export const LISTS = ['tools', 'resources', 'prompts'] as const;
export type ListName = (typeof LISTS)[number];

/** Who wants to hear of changes, and of which. */
export interface Follower {
  principal: Principal;
  lists: readonly ListName[];
  tell(method: string, params: Record<string, unknown>): void;
}

/** What stands at addresses, by address. */
export type Found = ReadonlyMap<string, CatalogResource>;

interface Seen extends Follower {
  /** What each list was for this caller when they last heard of it. */
  seen: Map<ListName, ListPage[]>;
}

/** Tells clients that lists or resources have changed, each of what its key may see. */
@Injectable()
export class CatalogChanges implements OnModuleInit {
  private readonly followers = new Set<Seen>();
  private readonly changed = new Set<ListName>();
  /** How many resources each user watches, by its id. */
  private readonly watches = new Counts();

  constructor(
    private readonly config: AppConfig,
    private readonly tools: ToolCatalog,
    private readonly resources: ResourceCatalog,
    private readonly prompts: PromptCatalog,
  ) {}

  onModuleInit(): void {
    this.tools.onChange(() => this.gather('tools'));
    this.resources.onChange(() => this.gather('resources'));
    this.prompts.onChange(() => this.gather('prompts'));
  }

  /** Tells of changed lists until the returned function is called. */
  follow(follower: Follower): () => void {
    const seen = new Map(follower.lists.map((list) => [list, this.pagesOf(list, follower.principal)]));
    const entry = { ...follower, seen };
    this.followers.add(entry);
    return () => void this.followers.delete(entry);
  }

  /**
   * What stands at each of these addresses, of those that the caller may read.
   * @throws BAD_REQUEST when finding them all takes too long.
   */
  find(uris: readonly string[], principal: Principal): Found {
    const work = new TemplateWork();
    const found = new Map<string, CatalogResource>();
    for (const uri of uris) {
      const resource = this.resources.find(uri, principal, work);
      if (resource) found.set(uri, resource);
    }
    return found;
  }

  /** @throws RATE_LIMITED when the caller's user may not watch so many resources more. All their keys count together. */
  assertRoom({ userId }: Principal, more: number): void {
    const { max_watches_per_user: most } = this.config.values.mcp;
    const open = this.watches.of(userId);
    if (open + more <= most) return;
    const words = `Your keys watch ${open} resources and may watch ${most} (mcp.max_watches_per_user); unsubscribe from some or close a stream first.`;
    throw new TallygateError('RATE_LIMITED', words);
  }

  /** Tells of each resource that changes until the returned function is called, once. @throws RATE_LIMITED */
  watch(found: Found, { principal, tell }: Omit<Follower, 'lists'>): () => void {
    this.assertRoom(principal, found.size);
    this.watches.add(principal.userId, found.size);
    const stops = [...found].map(([uri, { source }]) =>
      source.watch?.(uri, () => tell('notifications/resources/updated', { uri })),
    );
    return () => {
      for (const stop of stops) stop?.();
      this.watches.add(principal.userId, -found.size);
    };
  }

  private gather(list: ListName): void {
    if (this.changed.size === 0) setTimeout(() => this.tellAll(), GATHER_MS).unref();
    this.changed.add(list);
  }

  private tellAll(): void {
    const changed = [...this.changed];
    this.changed.clear();
    for (const follower of this.followers) for (const list of changed) this.tell(follower, list);
  }

  private tell({ lists, principal, seen, tell }: Seen, list: ListName): void {
    if (!lists.includes(list)) return;
    const now = this.pagesOf(list, principal);
    if (isSame(now, seen.get(list)!)) return;
    seen.set(list, now);
    tell(`notifications/${list}/list_changed`, {});
  }

  /** First pages, which are kept once for all callers who see the same. */
  private pagesOf(list: ListName, principal: Principal): ListPage[] {
    if (list === 'tools') return [this.tools.listFor(principal)];
    if (list === 'prompts') return [this.prompts.listFor(principal)];
    return [this.resources.resourcesFor(principal), this.resources.templatesFor(principal)];
  }
}

/** Where there are further pages, the change may be in one of them. */
const isSame = (a: ListPage[], b: ListPage[]): boolean =>
  a.every(({ json, nextCursor }, index) => json === b[index]!.json && nextCursor === undefined);
