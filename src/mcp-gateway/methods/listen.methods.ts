import { Injectable, UseGuards } from '@nestjs/common';
import { ApiKeyGuard } from '../access/api-key.guard.js';
import { isObject, jsonObject } from '../../common/json.js';
import type { McpContext } from '../context/mcp-context.js';
import { notificationOf } from '../protocol/json-rpc.js';
import { McpMethod } from '../protocol/mcp-method.js';
import { SerializedResult } from '../protocol/serialized-result.js';
import { invalidParams } from '../protocol/mcp-error.js';
import { McpRateLimitGuard } from '../access/mcp-rate-limit.guard.js';
import { WATCHES_MAX } from '../sessions/mcp-session.js';
import { CatalogChanges, LISTS, type Found, type ListName } from './catalog-changes.service.js';

/** MCP 2026-07-28, "Subscriptions": what a client opts in to, and what the server agreed to. */
interface Filter {
  toolsListChanged?: boolean;
  promptsListChanged?: boolean;
  resourcesListChanged?: boolean;
  resourceSubscriptions?: string[];
}

const FIELD: Record<ListName, 'toolsListChanged' | 'promptsListChanged' | 'resourcesListChanged'> = {
  tools: 'toolsListChanged',
  prompts: 'promptsListChanged',
  resources: 'resourcesListChanged',
};

/** `subscriptions/listen`: a request whose answer is a stream of changes, and at its end an empty result. */
@Injectable()
@UseGuards(ApiKeyGuard, McpRateLimitGuard)
export class ListenMethods {
  constructor(private readonly changes: CatalogChanges) {}

  @McpMethod('subscriptions/listen')
  async listen(context: McpContext) {
    const { filter, found } = this.honoured(context);
    this.changes.assertRoom(context.caller, found.size);
    const tag = { _meta: `{"io.modelcontextprotocol/subscriptionId":${context.id!}}` };
    const tell = (method: string, params: object) => {
      const members = Object.entries(params).map(([name, value]) => [name, JSON.stringify(value)] as const);
      context.emit(notificationOf(method, { ...Object.fromEntries(members), ...tag }));
    };
    const ended = context.exchange.keepOpen(context.caller);
    tell('notifications/subscriptions/acknowledged', { notifications: filter });
    const follower = { principal: context.caller, lists: LISTS.filter((list) => filter[FIELD[list]]), tell };
    const stops = [this.changes.follow(follower), this.changes.watch(found, follower)];
    await ended;
    for (const stop of stops) stop();
    return new SerializedResult(jsonObject(tag));
  }

  /** What was asked for without what the key may not see, and what stands at the addresses. @throws McpProtocolError */
  private honoured({ params: { notifications }, caller }: McpContext): { filter: Filter; found: Found } {
    if (!isObject(notifications)) throw invalidParams('"notifications" must be an object');
    const lists = LISTS.filter((list) => notifications[FIELD[list]] === true).map((list) => [FIELD[list], true]);
    const filter = Object.fromEntries(lists) as Filter;
    const wanted = notifications['resourceSubscriptions'] ?? undefined;
    if (wanted === undefined) return { filter, found: new Map() };
    if (!Array.isArray(wanted) || wanted.length > WATCHES_MAX || !wanted.every((uri) => typeof uri === 'string'))
      throw invalidParams(`"resourceSubscriptions" must be at most ${WATCHES_MAX} URIs`);
    const found = this.changes.find([...new Set(wanted as string[])], caller);
    return { filter: { ...filter, resourceSubscriptions: [...found.keys()] }, found };
  }
}
