import { Injectable } from '@nestjs/common';
import { STATUS_CODES } from 'node:http';
import { inHeader } from '../../http/answer.js';
import { loggerFor } from '../../common/log-contexts.js';
import { Refusals } from '../../telemetry/refusals.js';
import { maskSecrets } from '../../telemetry/mask-secrets.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { keyRequired } from '../../api-keys/verification/key-admission.service.js';
import { McpCallers } from '../access/mcp-callers.service.js';
import { McpContext } from '../context/mcp-context.js';
import type { McpExchange } from '../context/mcp-exchange.js';
import {
  idOf,
  JSON_RPC,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcReply,
  type JsonRpcRequest,
} from '../protocol/json-rpc.js';
import { mcpFailure, McpProtocolError, refusalIn } from '../protocol/mcp-error.js';
import type { SessionAction } from '../protocol/mcp-method.js';
import { readEra, type Era } from '../protocol/protocol-era.js';
import { SESSION_HEADER } from '../sessions/mcp-sessions.service.js';
import { SerializedResult } from '../protocol/serialized-result.js';
import type { McpHandler } from './handler-pipeline.js';
import { McpHandlers } from './mcp-handlers.js';

/** One answer: its HTTP status, extra headers, and the JSON-RPC message; no body for a notification. */
export interface McpAnswer {
  status: number;
  /** Of a failure, its words for the status line: some clients show nothing else, such as version 1 of the SDK for Python. */
  reason?: string;
  headers: Record<string, string>;
  body?: string;
}

const REASON_MAX_CHARS = 500;
const ACCEPTED: McpAnswer = { status: 202, headers: {} };
const DONE: McpAnswer = { status: 200, headers: {} };

/** An action on a session is no message on the wire, and has no era of its own. */
type Handled = JsonRpcRequest | JsonRpcNotification | { kind: 'action'; method: string; params: Record<string, unknown> };

/** Takes a parsed message to its handler and its outcome back to the wire. No promise of its rejects: every failure is an answer. */
@Injectable()
export class McpDispatcher {
  private readonly logger = loggerFor('MCP');

  constructor(
    private readonly handlers: McpHandlers,
    private readonly callers: McpCallers,
    private readonly refusals: Refusals,
  ) {}

  /**
   * Decides who sends a batch before any of its messages runs: what is refused for its key is refused as a whole.
   * @throws UNAUTHORIZED, for a wrong key and for none where a message needs one; what else `McpCallers.of` throws
   */
  async admitBatch(messages: readonly JsonRpcMessage[], exchange: McpExchange): Promise<void> {
    exchange.caller = await this.callers.of(exchange);
    if (!exchange.caller && messages.some((message) => this.needsKey(message, exchange))) throw keyRequired();
  }

  dispatch(message: JsonRpcMessage, exchange: McpExchange): McpAnswer | Promise<McpAnswer> {
    switch (message.kind) {
      case 'request':
        return this.answer(message, exchange, (era) => this.handlers.of(message.method, era), resultOf);
      case 'notification':
        return this.answer(
          message,
          exchange,
          () => this.handlers.ofNotifications,
          () => ACCEPTED,
        );
      case 'reply':
        return this.reply(message, exchange);
      case 'invalid':
        return this.failed(invalidRequest(message.reason), exchange.requestId, idOf(message));
    }
  }

  /** Does what a client asks of its session; answered without a body. */
  session(action: SessionAction, exchange: McpExchange, params: object = {}): Promise<McpAnswer> {
    const message = { kind: 'action' as const, method: action, params: params as Record<string, unknown> };
    return this.answer(
      message,
      exchange,
      () => this.handlers.ofSession(action),
      () => DONE,
    );
  }

  /** `id`: of the request, as JSON. */
  failed(error: unknown, requestId: string, id = 'null'): McpAnswer {
    if (!(error instanceof McpProtocolError || error instanceof TallygateError)) {
      const msg = maskSecrets(`request ${requestId}: ${(error as Error)?.stack ?? JSON.stringify(error)}`);
      this.logger.error({ msg, requestId });
    }
    if (error instanceof TallygateError && error.extras.isCredentialMissing) this.refusals.count('no_key');
    const { status, headers, error: shown, dataJson } = mcpFailure(error, requestId);
    const json = JSON.stringify(shown);
    const whole = dataJson === undefined ? json : `${json.slice(0, -1)},"data":${dataJson}}`;
    const body = `{"jsonrpc":"2.0","id":${id},"error":${whole}}`;
    return status === 200 ? { status, headers, body } : { status, headers, body, reason: reasonOf(status, shown.message) };
  }

  private needsKey(message: JsonRpcMessage, exchange: McpExchange): boolean {
    if (message.kind === 'invalid') return false;
    if (message.kind === 'reply') return isAwaited(exchange);
    if (message.kind === 'notification') return this.handlers.needsKey(this.handlers.ofNotifications);
    try {
      return this.handlers.needsKey(this.handlers.of(message.method, readEra(message, exchange.headers)));
    } catch {
      return false; // of no revision: it is answered with that error, whoever sends it
    }
  }

  private async reply(reply: JsonRpcReply, exchange: McpExchange): Promise<McpAnswer> {
    const answer = isAwaited(exchange) ? await this.session('reply', exchange, reply) : DONE;
    return answer === DONE ? ACCEPTED : answer;
  }

  private async answer<Message extends Handled>(
    message: Message,
    exchange: McpExchange,
    handlerIn: (era: Era) => McpHandler,
    toAnswer: (message: Message, era: Era, result: unknown) => McpAnswer,
  ): Promise<McpAnswer> {
    let context: McpContext | undefined;
    try {
      const era = readEra(message, exchange.headers);
      context = new McpContext(exchange, era, message);
      return toAnswer(message, era, await handlerIn(era)(context));
    } catch (error) {
      const refusal = context ? refusalIn(error, context.era.modern) : error;
      return this.failed(refusal, exchange.requestId, idOf(message));
    } finally {
      context?.over();
    }
  }
}

const reasonOf = (status: number, words: string) => inHeader(`${STATUS_CODES[status]}: ${words.slice(0, REASON_MAX_CHARS)}`);

/** Modern results say what kind of result they are (MCP 2026-07-28, "Result"): complete, unless they say so themselves. */
function resultOf(request: JsonRpcRequest, { modern }: Era, result: unknown): McpAnswer {
  const [json, isTyped] = result instanceof SerializedResult ? [result.json, result.isTyped] : typed(result);
  const type = !modern || isTyped ? '' : '"resultType":"complete",';
  const fields = json === '{}' ? type.slice(0, -1) : type + json.slice(1, -1);
  return { status: 200, headers: {}, body: `{"jsonrpc":"2.0","id":${idOf(request)},"result":{${fields}}}` };
}

const typed = (result: unknown) =>
  [JSON.stringify(result), (result as { resultType?: string }).resultType !== undefined] as const;

/** Without a session nothing was asked; such a reply is dropped. */
const isAwaited = ({ headers }: McpExchange): boolean => headers[SESSION_HEADER] !== undefined;

const invalidRequest = (reason: string) => new McpProtocolError(JSON_RPC.INVALID_REQUEST, `Invalid Request: ${reason}`, 400);
