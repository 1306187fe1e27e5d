import { Injectable } from '@nestjs/common';
import { keyRequired } from '../../api-keys/verification/key-admission.service.js';
import { AppConfig } from '../../config/app-config.js';
import { BodyBudget, isStranger, strangerAt } from '../../http/body-budget.js';
import { isPacked } from '../../http/body-coding.js';
import { assertBodyType, JSON_TYPES } from '../../http/body-type.js';
import { announcedLength, BODY_MAX_BYTES, readBody } from '../../http/request-body.js';
import { McpCallers } from './mcp-callers.service.js';
import type { McpExchange } from '../context/mcp-exchange.js';

/** Largest body without a valid key: that of an `initialize`, which may come without one, is a hundredth of it. */
const KEYLESS_MAX_BYTES = 65_536;

/**
 * Reads the bodies of MCP. What is small is read as it comes, and its key is looked at by `ApiKeyGuard`; before anything larger is
 * read, or what is packed and may be larger, or anything at all while strangers hold their share of the budget, the key in the headers must be a valid one.
 */
@Injectable()
export class McpBodies {
  private readonly budget: BodyBudget;
  /** The port of REST would wait as long as a file takes. */
  private readonly seconds: number;

  constructor(
    config: AppConfig,
    private readonly callers: McpCallers,
  ) {
    this.budget = BodyBudget.of(config);
    this.seconds = config.values.listeners.request_timeout_seconds;
  }

  /** @throws UNSUPPORTED_MEDIA_TYPE; what `readBody` throws; where a key is needed, what `KeyAdmission.admit` throws. */
  read(exchange: McpExchange): Promise<Buffer> {
    const { request } = exchange;
    const length = announcedLength(request);
    if (length > 0) assertBodyType(request, JSON_TYPES);
    const stranger = strangerAt(exchange.address);
    const isSmall = length <= KEYLESS_MAX_BYTES && !isPacked(request);
    const isAnybodys = isSmall && this.budget.hasRoom(stranger, length);
    return isAnybodys ? this.readFrom(exchange, stranger) : this.readKnown(exchange);
  }

  private async readKnown(exchange: McpExchange): Promise<Buffer> {
    const caller = await this.callers.of(exchange);
    return this.readFrom(exchange, caller?.userId ?? strangerAt(exchange.address));
  }

  private readFrom({ request, response }: McpExchange, owner: string): Promise<Buffer> {
    const held = this.budget.hold(owner);
    const { seconds } = this;
    if (isStranger(owner))
      return readBody(request, response, { maxBytes: KEYLESS_MAX_BYTES, held, seconds, refusal: keyRequired });
    return readBody(request, response, { maxBytes: BODY_MAX_BYTES.mcp, held, seconds });
  }
}
