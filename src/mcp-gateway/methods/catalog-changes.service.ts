import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Principal } from '../../auth/access/principal.js';
import type { ListPage } from '../../tools/catalog/mcp-list.js';
import { PromptCatalog } from '../../tools/catalog/prompt-catalog.service.js';
import { ResourceCatalog } from '../../tools/catalog/resource-catalog.service.js';
import { ToolCatalog } from '../../tools/catalog/tool-catalog.service.js';

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

interface Seen extends Follower {
  /** What each list was for this caller when they last heard of it. */
  seen: Map<ListName, ListPage[]>;
}

/** Tells clients that lists or resources have changed, each of what its key may see. */
@Injectable()
export class CatalogChanges implements OnModuleInit {
  private readonly followers = new Set<Seen>();
  private readonly changed = new Set<ListName>();

  constructor(
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

  mayRead(uri: string, principal: Principal): boolean {
    return this.resources.find(uri, principal) !== undefined;
  }

  /** Tells of a changed resource until the returned function is called. */
  watch(uri: string, { principal, tell }: Omit<Follower, 'lists'>): () => void {
    return this.resources.watch(uri, principal, () => tell('notifications/resources/updated', { uri }));
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
