import { Injectable } from '@nestjs/common';
import type { MessageHandler } from '@nestjs/microservices';
import { firstValueFrom, isObservable } from 'rxjs';
import { loggerFor } from '../../common/log-contexts.js';
import { maskSecrets } from '../../telemetry/mask-secrets.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { McpContext } from '../context/mcp-context.js';
import type { McpExchange } from '../context/mcp-exchange.js';
import { JSON_RPC, type JsonRpcId, type JsonRpcMessage, type JsonRpcReply } from '../protocol/json-rpc.js';
import { mcpFailure, McpProtocolError } from '../protocol/mcp-error.js';
import { HANDLER, handlerOfSession, type SessionAction } from '../protocol/mcp-method.decorator.js';
import { existsIn, readEra, type Era } from '../protocol/protocol-era.js';
import { SerializedResult } from '../protocol/serialized-result.js';

/** One answer: its HTTP status, extra headers, and the JSON-RPC message; no body for a notification. */
export interface McpAnswer {
  status: number;
  headers: Record<string, string>;
  body?: string;
}

const ACCEPTED: McpAnswer = { status: 202, headers: {} };
const DONE: McpAnswer = { status: 200, headers: {} };

/** Takes a parsed message to its handler and its outcome back to the wire, whatever carries it. */
@Injectable()
export class McpDispatcher {
  private readonly logger = loggerFor('MCP');
  /** By method of MCP. */
  private methods: ReadonlyMap<string, MessageHandler> = new Map();
  /** What is no method; see `mcp-method.decorator.ts`. */
  private others: ReadonlyMap<string, MessageHandler> = new Map();

  use(handlers: ReadonlyMap<string, MessageHandler>): void {
    const isMethod = ([name]: [string, MessageHandler]) => !name.startsWith('#');
    this.methods = new Map([...handlers].filter(isMethod));
    this.others = new Map([...handlers].filter((handler) => !isMethod(handler)));
  }

  /** Never rejects: every failure is an answer. */
  async dispatch(message: JsonRpcMessage, exchange: McpExchange): Promise<McpAnswer> {
    if (message.kind === 'reply') return this.reply(message, exchange);
    const id = 'id' in message ? message.id : null;
    try {
      if (message.kind === 'invalid')
        throw new McpProtocolError(JSON_RPC.INVALID_REQUEST, `Invalid Request: ${message.reason}`, 400);
      const era = readEra(message, exchange.headers);
      const context = new McpContext(exchange, era, message);
      if (message.kind === 'notification') {
        await this.handle(this.others.get(HANDLER.NOTIFICATIONS)!, context);
        return ACCEPTED;
      }
      return resultOf(message.id, era, await this.handle(this.handlerOf(message.method, era), context));
    } catch (error) {
      return this.failed(error, id, exchange.requestId);
    }
  }

  /** Does what a client asks of its session; answered without a body. Never rejects. */
  async session(action: SessionAction, exchange: McpExchange, params: object = {}): Promise<McpAnswer> {
    const message = { kind: 'notification' as const, method: action, params: params as Record<string, unknown> };
    try {
      const era = readEra(message, exchange.headers, { isRouted: false });
      await this.handle(this.others.get(handlerOfSession(action))!, new McpContext(exchange, era, message));
      return DONE;
    } catch (error) {
      return this.failed(error, null, exchange.requestId);
    }
  }

  failed(error: unknown, id: JsonRpcId | null, requestId: string): McpAnswer {
    if (!(error instanceof McpProtocolError || error instanceof TallygateError)) {
      const msg = maskSecrets(`request ${requestId}: ${(error as Error)?.stack ?? JSON.stringify(error)}`);
      this.logger.error({ msg, requestId });
    }
    const failure = mcpFailure(error, requestId);
    return {
      status: failure.status,
      headers: failure.headers,
      body: JSON.stringify({ jsonrpc: '2.0', id, error: failure.error }),
    };
  }

  /** Without a session nothing was asked; such a reply is dropped. */
  private async reply(reply: JsonRpcReply, exchange: McpExchange): Promise<McpAnswer> {
    const isAwaited = exchange.headers['mcp-session-id'] !== undefined;
    const answer = isAwaited ? await this.session('reply', exchange, reply) : DONE;
    return answer === DONE ? ACCEPTED : answer;
  }

  private async handle(handler: MessageHandler, context: McpContext): Promise<unknown> {
    try {
      const result: unknown = await handler(context.params, context as never);
      return isObservable(result) ? await firstValueFrom(result) : result;
    } finally {
      context.over();
    }
  }

  private handlerOf(method: string, era: Era): MessageHandler {
    const handler = existsIn(era, method) ? this.methods.get(method) : undefined;
    return handler ?? this.others.get(HANDLER.OTHER_METHODS)!;
  }
}

/** Modern results say what kind of result they are (MCP 2026-07-28, "Result"): complete, unless they say so themselves. */
function resultOf(id: JsonRpcId, { modern }: Era, result: unknown): McpAnswer {
  const json = result instanceof SerializedResult ? result.json : JSON.stringify(result);
  const saysItself = !modern || (result as { resultType?: string }).resultType !== undefined;
  const type = saysItself ? '' : '"resultType":"complete",';
  const fields = json === '{}' ? type.slice(0, -1) : type + json.slice(1, -1);
  return { status: 200, headers: {}, body: `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{${fields}}}` };
}
