import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import type { Principal } from '../../auth/access/principal.js';
import { Clock } from '../../common/clock.js';
import { AppConfig } from '../../config/app-config.js';
import type { CallInput, InputRequired, SentTexts } from '../../tools/source/call-context.js';
import { canonicalJson, isObject, jsonObject } from '../../common/json.js';
import { canonicalText, exactJson } from '../../common/json-text/exact-json.js';
import { invalidParams } from '../protocol/mcp-error.js';
import { SerializedResult } from '../protocol/serialized-result.js';
import { SignedTokens } from '../protocol/signed-token.js';

/** How long a person may take for one round. */
const STATE_TTL_MS = 60 * 60_000;
/** Largest state, as JSON: the client sends all of it back. */
const STATE_MAX_CHARS = 256 * 1024;

/** One call of one caller; what it asked for is handed back to this call and no other. */
export interface Round {
  caller: Principal;
  method: string;
  params: Record<string, unknown>;
  sent: Pick<SentTexts, 'params'>;
}

/**
 * What a call remembers from one round to the next (MCP 2026-07-28, "Multi Round-Trip Requests"). The client carries it, so that
 * any replica can go on; it is signed for the caller, the method, what is called, its arguments, and a time.
 */
@Injectable()
export class RequestStates {
  private readonly tokens: SignedTokens;

  constructor(
    config: AppConfig,
    private readonly clock: Clock,
  ) {
    this.tokens = new SignedTokens(config.values.auth.secret_key, 'tallygate mcp request state v1');
  }

  /** The end of a round as the client sees it. @throws Error for a state that is too large. */
  inputRequired({ requestsJson, state }: InputRequired, round: Round): SerializedResult {
    const requestState = state === undefined ? undefined : JSON.stringify(this.signed(state, round));
    return new SerializedResult(jsonObject({ resultType: '"input_required"', inputRequests: requestsJson, requestState }), true);
  }

  private signed(state: unknown, round: Round): string {
    const json = JSON.stringify({ expiresAt: this.clock.now() + STATE_TTL_MS, state });
    if (json.length > STATE_MAX_CHARS) throw new Error(`the state of a round is larger than ${STATE_MAX_CHARS} characters`);
    return this.tokens.sign(json, bindingOf(round));
  }

  /** What the client answered to the round before; undefined in the first one. @throws McpProtocolError */
  inputOf(round: Round): CallInput | undefined {
    const { inputResponses: responses = {}, requestState } = round.params;
    if (round.params['inputResponses'] === undefined && requestState === undefined) return undefined;
    if (!isObject(responses) || !Object.values(responses).every(isObject))
      throw invalidParams('"inputResponses" must be an object of objects');
    return { responses, ...(requestState !== undefined && { state: this.open(requestState, round) }) };
  }

  private open(requestState: unknown, round: Round): unknown {
    const json = typeof requestState === 'string' ? this.tokens.open(requestState, bindingOf(round)) : undefined;
    if (json === undefined) throw invalidParams('"requestState" is not one this call was given');
    const { expiresAt, state } = JSON.parse(json) as { expiresAt: number; state: unknown };
    if (this.clock.now() > expiresAt) throw invalidParams('"requestState" has expired');
    return state;
  }
}

function bindingOf({ caller, method, params: { name, uri }, sent }: Round): string {
  const called = canonicalJson([method, name ?? uri, canonicalText(exactJson(sent.params.get('arguments') ?? '{}'))]);
  return `${caller.userId}\n${caller.apiKey?.id ?? ''}\n${createHash('sha256').update(called).digest('hex')}`;
}
