import { Injectable } from '@nestjs/common';
import type { Principal } from '../../auth/access/principal.js';
import { hasScope } from '../../auth/access/scopes.js';
import type { PageQuery } from '../../rest/page.dto.js';
import type { RegisteredServer } from '../registry/registered-server.js';
import { ToolChangesDto } from '../tool-changes/tool-changes.dto.js';
import { ToolChanges } from '../tool-changes/tool-changes.service.js';
import { ServerPins } from './server-pins.service.js';
import { itemOf, pinJson, ShownPins, type Item, type PinQuery } from './shown-pins.service.js';

/** What servers offer for an operator to look at, each tool with what is changed of it for callers. As JSON. */
@Injectable()
export class ShownTools {
  constructor(
    private readonly pins: ServerPins,
    private readonly shown: ShownPins,
    private readonly changes: ToolChanges,
  ) {}

  toolsPage(server: RegisteredServer, caller: Principal, { page, page_size }: PageQuery): Promise<string> {
    const query = { page, page_size, kind: 'tool' as const };
    return this.shown.page(server.id, 'tools', query, (item) => this.toolJson(item, server, caller));
  }

  pinsPage(server: RegisteredServer, caller: Principal, query: PinQuery): Promise<string> {
    return this.shown.page(server.id, 'pins', query, (item) => pinJson(item, this.changesOf(item, server, caller)));
  }

  /** @throws NOT_FOUND for a tool that the server has never offered. */
  async one(server: RegisteredServer, caller: Principal, name: string): Promise<string> {
    return this.toolJson(itemOf(await this.pins.tool(server.id, name)), server, caller);
  }

  private toolJson(item: Item, server: RegisteredServer, caller: Principal): string {
    return pinJson(item, { tool_name: item.name, ...this.changesOf(item, server, caller) });
  }

  private changesOf({ kind, name }: Item, { pool }: RegisteredServer, { scopes }: Principal): { changes?: ToolChangesDto } {
    const change = kind === 'tool' ? this.changes.of(pool, name) : undefined;
    return change ? { changes: ToolChangesDto.of(change, hasScope(scopes, 'gateway:write')) } : {};
  }
}
