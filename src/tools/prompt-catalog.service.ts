import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { Principal } from '../auth/principal.js';
import { AppConfig } from '../config/app-config.js';
import { mayUse } from './may-use.js';
import { McpList, type ListPage } from './mcp-list.js';
import type { Prompt } from './prompt.js';
import { Sources } from './sources.service.js';

/** A prompt, and the name of its source. */
export interface CatalogPrompt {
  prompt: Prompt;
  source: string;
}

/** Every prompt of every source, and who may use which. */
@Injectable()
export class PromptCatalog implements OnModuleInit {
  private readonly logger = new Logger('Tools');
  private readonly listeners: (() => void)[] = [];
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
    this.listeners.push(listener);
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
    const prompts = new Map<string, CatalogPrompt>();
    for (const source of this.sources.all()) {
      for (const prompt of source.prompts?.() ?? []) {
        if (prompts.has(prompt.name))
          this.logger.warn(`Two sources offer a prompt "${prompt.name}"; that of ${source.name} is left out`);
        else prompts.set(prompt.name, { prompt, source: source.name });
      }
    }
    this.prompts = prompts;
    const entries = [...prompts].map(([key, { prompt }]) => ({ key, json: JSON.stringify({ ...prompt, timeoutMs: undefined }) }));
    if (this.list.replace(entries)) for (const listener of this.listeners) listener();
  }
}
