import { Injectable, type CanActivate, type ExecutionContext, type Type } from '@nestjs/common';
import { GUARDS_METADATA, INTERCEPTORS_METADATA } from '@nestjs/common/constants.js';
import { ModuleRef } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { AfterHandler } from '../../tools/call/after-handler.interceptor.js';
import type { McpContext } from '../context/mcp-context.js';

/** Resolves with the result of the method; rejects as a guard, an interceptor or the method itself does. */
export type McpHandler = (context: McpContext) => Promise<unknown>;

export type HandlerClass = Record<string, (context: McpContext) => unknown>;

/**
 * What `@UseGuards` and `@UseInterceptors` say of a handler, read once at the start and put around it as one function. Nest's own
 * pipeline reads it for each call and goes through an Observable for each interceptor, which is more work than a call itself.
 */
@Injectable()
export class HandlerPipeline {
  constructor(private readonly modules: ModuleRef) {}

  /**
   * The guards of the class, those of the method, the method, and what its interceptors do after it. Errors pass as they are, since `McpDispatcher` answers them.
   * @throws Error for a handler whose class has no guards: it would be open to strangers; and for an interceptor that does more than that.
   */
  around(instance: HandlerClass, name: string): McpHandler {
    const owner = instance.constructor as Type;
    const method = instance[name]!;
    const guards = this.all<CanActivate>(GUARDS_METADATA, owner, method);
    if (!Reflect.hasMetadata(GUARDS_METADATA, owner))
      throw new Error(`${owner.name} serves methods of MCP without @UseGuards(ApiKeyGuard)`);
    const followers = this.followersOf(owner, method);
    return async (context) => {
      const execution = new ExecutionContextHost([context], owner, method);
      for (const guard of guards) {
        const admits = guard.canActivate(execution as ExecutionContext);
        if ((admits instanceof Promise ? await admits : admits) !== true)
          throw new Error(`${guard.constructor.name} refuses without a reason`);
      }
      let result = await method.call(instance, context);
      for (const follower of followers) result = await follower.after(result);
      return result;
    };
  }

  /** The innermost first. */
  private followersOf(owner: Type, method: object): AfterHandler<unknown, unknown>[] {
    const interceptors = this.all<object>(INTERCEPTORS_METADATA, owner, method).reverse();
    return interceptors.map((interceptor) => {
      if (interceptor instanceof AfterHandler) return interceptor;
      throw new Error(`${interceptor.constructor.name} of ${owner.name} is no AfterHandler, and methods of MCP know no others`);
    });
  }

  private all<Enhancer>(key: string, owner: Type, method: object): Enhancer[] {
    const read = (from: object) => (Reflect.getMetadata(key, from) ?? []) as Type<Enhancer>[];
    return [...read(owner), ...read(method)].map((type) => this.modules.get(type, { strict: false }));
  }
}
