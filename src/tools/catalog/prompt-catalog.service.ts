import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Principal } from '../../auth/access/principal.js';
import { AppConfig } from '../../config/app-config.js';
import { mayUse } from './tool-access.js';
import { jsonMembers, listingOf } from './listing.js';
import { McpList, type ListPage } from './mcp-list.js';
import type { Prompt } from '../source/prompt.js';
import { Sources, type Offer } from './sources.service.js';
import { ChangeListeners } from '../../common/concurrency/change-listeners.js';

/** A prompt, and the source it is of. */
export type CatalogPrompt = Offer<Prompt>;

/** Every prompt of every source, and who may use which. */
@Injectable()
export class PromptCatalog implements OnModuleInit {
  private readonly changes = new ChangeListeners();
  private readonly list: McpList;
  private prompts = new Map<string, CatalogPrompt>();

  constructor(
    private readonly sources: Sources,
    config: AppConfig,
  ) {
    this.list = new McpList(config.values.mcp.page_size);
  }

  onModuleInit(): void {
    this.sources.onChange(() => this.rebuild());
    this.rebuild();
  }

  /** Called whenever the list is another one. */
  onChange(listener: () => void): void {
    this.changes.add(listener);
  }

  /** The `prompts` array of `prompts/list`. @throws BAD_REQUEST for an unknown cursor. */
  listFor(principal: Principal, cursor?: string): ListPage {
    return this.list.page(principal, cursor);
  }

  /** The prompt of this name, if the caller may use it. */
  find(name: string, principal: Principal): CatalogPrompt | undefined {
    const found = this.prompts.get(name);
    return found && mayUse(principal, name) ? found : undefined;
  }

  private rebuild(): void {
    this.prompts = this.sources.collect(
      'a prompt',
      (source) => source.prompts?.(),
      ({ name }) => name,
    );
    const entries = [...this.prompts].map(([key, { offer }]) => ({
      key,
      json: listing(offer),
    }));
    if (this.list.replace(entries)) this.changes.tell();
  }
}

function listing({ name, title, description, arguments: args, listing: given }: Prompt): string {
  return listingOf({ name }, given ?? jsonMembers({ title, description, arguments: args }));
}
