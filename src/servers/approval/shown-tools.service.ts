import { Injectable } from '@nestjs/common';
import type { Principal } from '../../auth/access/principal.js';
import { hasScope } from '../../auth/access/scopes.js';
import type { PageQuery } from '../../rest/page.dto.js';
import { Tariff } from '../../tariff/tariff.js';
import { definitionSize } from '../../tools/catalog/definition-size.js';
import { ServerRegistry } from '../registry/server-registry.service.js';
import { publicToolName } from '../registry/tool-name.js';
import { priceIn } from '../templates/template-values.js';
import type { ServerPinDto } from './server-pins.dto.js';
import type { RegisteredServer } from '../registry/registered-server.js';
import { ToolChangesDto } from '../tool-changes/tool-changes.dto.js';
import { ToolChanges } from '../tool-changes/tool-changes.service.js';
import { pinJson, ShownPins, type Item, type PinQuery } from './shown-pins.service.js';

type ToolFacts = Pick<ServerPinDto, 'listed_name' | 'price' | 'definition_tokens' | 'changes'>;

/** What servers offer for an operator to look at, each tool with what is changed of it for callers. As JSON. */
@Injectable()
export class ShownTools {
  constructor(
    private readonly shown: ShownPins,
    private readonly changes: ToolChanges,
    private readonly registry: ServerRegistry,
    private readonly tariff: Tariff,
  ) {}

  toolsPage(server: RegisteredServer, caller: Principal, { page, page_size }: PageQuery): Promise<string> {
    const query = { page, page_size, kind: 'tool' as const };
    return this.shown.page(server.id, 'tools', query, (item) => this.toolJson(item, server, caller));
  }

  pinsPage(server: RegisteredServer, caller: Principal, query: PinQuery): Promise<string> {
    return this.shown.page(server.id, 'pins', query, (item) => pinJson(item, this.ofTool(item, server, caller)));
  }

  /** @throws NOT_FOUND for a tool that the server has never offered. */
  async one(server: RegisteredServer, caller: Principal, name: string): Promise<string> {
    return this.toolJson(await this.shown.tool(server.id, name), server, caller);
  }

  private toolJson(item: Item, server: RegisteredServer, caller: Principal): string {
    return pinJson(item, { tool_name: item.name, ...this.ofTool(item, server, caller) });
  }

  /** What waits for approval of all servers that get calls, in the order of their registration. */
  waitingPage(caller: Principal, query: PageQuery): Promise<string> {
    const isAsked = ({ enabled, templateName }: RegisteredServer) =>
      enabled && (this.registry.template(templateName)?.approval ?? 'off') !== 'off';
    const servers = new Map(this.registry.all().flatMap((server) => (isAsked(server) ? [[server.id, server] as const] : [])));
    return this.shown.waitingPage([...servers.keys()], query, (item, serverId) => {
      const server = servers.get(serverId)!;
      const whose = { server_id: server.id, server_name: server.name, pool: server.pool };
      return pinJson(item, { ...whose, ...this.ofTool(item, server, caller) });
    });
  }

  /** What is known of a tool only: how callers get it, or would; and what is changed of it. */
  private ofTool({ kind, name, definition }: Item, { pool, templateName }: RegisteredServer, { scopes }: Principal): ToolFacts {
    if (kind !== 'tool') return {};
    const change = this.changes.of(pool, name);
    const template = this.registry.template(templateName);
    const listedName = template && publicToolName(pool, change?.name ?? name, template.prefix !== 'none');
    return {
      ...(listedName !== undefined && {
        listed_name: listedName,
        price: this.tariff.priceOf(listedName, priceIn(template!, name)),
      }),
      ...(definition !== null && { definition_tokens: definitionSize(definition).tokens }),
      ...(change && { changes: ToolChangesDto.of(change, hasScope(scopes, 'gateway:write')) }),
    };
  }
}
