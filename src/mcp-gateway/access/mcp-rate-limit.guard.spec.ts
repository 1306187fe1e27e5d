import { expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { GUARDS_METADATA, MODULE_METADATA } from '@nestjs/common/constants.js';
import { McpGatewayModule } from '../mcp-gateway.module.js';
import { McpMethod } from '../protocol/mcp-method.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { McpRateLimitGuard } from './mcp-rate-limit.guard.js';

/** Handlers that do not count, and cost the gateway next to nothing: no lookup, no state that grows, one short answer. */
const UNCOUNTED = ['server/discover', 'ping', '# notifications', '# other methods', '# session reply', '# session end'];

/** Every handler of the module by its method, with the guards around it. */
function handlers(): [method: string, guards: unknown[]][] {
  const providers = Reflect.getMetadata(MODULE_METADATA.PROVIDERS, McpGatewayModule) as Type[];
  return providers.flatMap((provider) => {
    const prototype = (provider.prototype ?? {}) as Record<string, object>;
    const guardsOf = (target: object) => (Reflect.getMetadata(GUARDS_METADATA, target) as unknown[] | undefined) ?? [];
    return Object.getOwnPropertyNames(prototype).flatMap((name) => {
      if (Object.getOwnPropertyDescriptor(prototype, name)!.get) return [];
      const method = Reflect.getMetadata(McpMethod.KEY, Object(prototype[name]) as object) as string | undefined;
      return method === undefined ? [] : [[method, [...guardsOf(provider), ...guardsOf(prototype[name]!)]] as const];
    }) as [string, unknown[]][];
  });
}

it('every method of MCP looks at the key, and then counts, but those that cost nothing', () => {
  const all = handlers();
  expect(all.length).toBeGreaterThan(15);
  for (const [, guards] of all) expect(guards[0]).toBe(ApiKeyGuard);
  const uncounted = all.filter(([, guards]) => guards.indexOf(McpRateLimitGuard) < 1).map(([method]) => method);
  expect(uncounted.sort()).toEqual([...UNCOUNTED].sort());
});
