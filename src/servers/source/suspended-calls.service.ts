import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { KeyAdmission } from '../../api-keys/verification/key-admission.service.js';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { refuseUnlessAble, ClientCannot } from '../../tools/source/ask-client.js';
import { InputRequired, type CallContext, type CallInput } from '../../tools/source/call-context.js';
import { ToolInputError } from '../../tools/source/tool-source.js';
import { isInputRequired, type InputRequiredAnswer } from '../connection/answer-schemas.js';
import type { Caller } from '../connection/caller.js';
import { UpstreamFailure } from '../connection/upstream-failure.js';
import { LiveCaller } from './live-caller.js';
import { SuspendedCall } from './suspended-call.js';

/** How long a call waits for its caller's next round; and how many calls may wait, of one user and in all. */
const SUSPENDED_MAX_MS = 5 * 60_000;
const SUSPENDED_PER_USER_MAX = 16;
const SUSPENDED_MAX = 1_000;
/** A server that asks more often than this never ends. */
const ROUNDS_MAX = 10;
/** Pause between two looks whether the keys of callers who are waited for still work. */
const CHECK_PAUSE_MS = 1_000;

/** The caller's answers to a server of MCP 2026-07-28, which go to the server that asked, in another call. */
export interface ServerInput {
  serverId: string;
  params: { requestState?: string; inputResponses?: Record<string, unknown> };
}

/** Sends a request to some server; with `input`, to the server that asked for it. */
export type Send<T> = (caller: Caller, signal: AbortSignal, input?: ServerInput) => Promise<T | InputRequiredAnswer>;

/** What a client of 2026-07-28 brings along to its next round. Signed by the gateway, readable by the client. */
type State = { suspended: string } | { serverId: string; requestState?: string };

interface Suspended {
  call: SuspendedCall<unknown>;
  callerId: string;
  userId: string;
  keyId: string | undefined;
  deadline: NodeJS.Timeout;
}

/** Lets servers ask the clients of their callers, whichever era either of them speaks, and keeps the calls that wait for an answer. */
@Injectable()
export class SuspendedCalls implements OnModuleInit, OnApplicationShutdown {
  private readonly suspended = new Map<string, Suspended>();
  private readonly task = new PeriodicTask('Suspended calls', CHECK_PAUSE_MS, () => this.giveUpOfEndedKeys());

  constructor(private readonly keys: KeyAdmission) {}

  onModuleInit(): void {
    this.task.start();
  }

  /** Nobody can come back any more; servers are told to stop. */
  async onApplicationShutdown(): Promise<void> {
    for (const id of this.suspended.keys()) this.giveUp(id);
    await this.task.stop();
  }

  /**
   * Sends a request and has the caller asked what the server wants to know, until there is an answer.
   * @throws what `send` does; `InputRequired`, `ClientCannot`; ToolInputError when the caller comes back too late.
   */
  async run<T extends object>(context: CallContext, send: Send<T>): Promise<T> {
    const { client } = context;
    const state = client.input?.state as State | undefined;
    let answer: T | InputRequiredAnswer;
    if (state && 'suspended' in state) answer = await this.resume(state.suspended, context);
    else answer = await this.send(context, send, state && serverInput(state, client.input!));
    for (let round = 1; round < ROUNDS_MAX; round += 1) {
      if (!isInputRequired(answer)) return answer;
      answer = await this.send(context, send, await askCaller(context, answer));
    }
    if (!isInputRequired(answer)) return answer;
    throw new UpstreamFailure('protocol', `The server asked ${ROUNDS_MAX} times without giving a result.`);
  }

  private send<T extends object>(context: CallContext, send: Send<T>, input?: ServerInput): Promise<T | InputRequiredAnswer> {
    if (!context.client.takesRounds) return send(new LiveCaller(context), context.signal, input);
    const id = randomUUID();
    const begin = (caller: Caller, signal: AbortSignal) =>
      send(caller, signal, input).catch((error: unknown) => {
        this.take(id); // it may fail between two rounds, such as when its server is removed
        throw error;
      });
    return this.round(id, new SuspendedCall(context, begin), context);
  }

  private resume<T>(id: string, context: CallContext): Promise<T | InputRequiredAnswer> {
    const found = this.suspended.get(id);
    if (found?.callerId !== callerIdOf(context)) {
      throw new ToolInputError(
        'The server no longer waits for your answer, or waits on another replica. Call again from the start.',
      );
    }
    this.take(id);
    return this.round(id, found.call as SuspendedCall<T | InputRequiredAnswer>, context);
  }

  private async round<T>(id: string, call: SuspendedCall<T>, context: CallContext): Promise<T> {
    try {
      return await call.round(context, { suspended: id });
    } catch (error) {
      if (error instanceof InputRequired) this.suspend(id, call, context);
      throw error;
    }
  }

  private suspend(id: string, call: SuspendedCall<unknown>, context: CallContext): void {
    const { principal } = context;
    const callerId = callerIdOf(context);
    const mine = [...this.suspended.values()].filter((one) => one.userId === principal.userId).length;
    if (mine >= SUSPENDED_PER_USER_MAX || this.suspended.size >= SUSPENDED_MAX) {
      call.end();
      throw new ToolInputError('Too many of your calls wait for your answers. Answer or cancel those first.');
    }
    const deadline = setTimeout(() => this.giveUp(id), SUSPENDED_MAX_MS).unref();
    this.suspended.set(id, { call, callerId, userId: principal.userId, keyId: principal.apiKey?.id, deadline });
  }

  /** A caller whose key was revoked or expired cannot come back. While PostgreSQL is away, only the deadline counts. */
  private async giveUpOfEndedKeys(): Promise<void> {
    const keyIds = new Set([...this.suspended.values()].flatMap(({ keyId }) => keyId ?? []));
    if (keyIds.size === 0) return;
    const working = await this.keys.workingAmong(keyIds).catch(() => keyIds);
    for (const [id, { keyId }] of this.suspended) {
      if (keyId !== undefined && keyIds.has(keyId) && !working.has(keyId)) this.giveUp(id);
    }
  }

  private giveUp(id: string): void {
    this.take(id)?.call.end();
  }

  private take(id: string): Suspended | undefined {
    const found = this.suspended.get(id);
    clearTimeout(found?.deadline);
    this.suspended.delete(id);
    return found;
  }
}

const callerIdOf = ({ principal }: CallContext): string => `${principal.userId}/${principal.apiKey?.id ?? ''}`;

function serverInput({ serverId, requestState }: Exclude<State, { suspended: string }>, { responses }: CallInput): ServerInput {
  return { serverId, params: { ...(requestState !== undefined && { requestState }), inputResponses: responses } };
}

/**
 * Asks the caller's client what a server of MCP 2026-07-28 wants to know.
 * @throws InputRequired for a client that is asked between rounds; ClientCannot for one that cannot be asked.
 */
async function askCaller(
  { client }: CallContext,
  { inputRequests = {}, requestState, serverId }: InputRequiredAnswer,
): Promise<ServerInput> {
  const state = { serverId, ...(requestState !== undefined && { requestState }) };
  const asked = Object.entries(inputRequests);
  for (const [, { method }] of asked) refuseUnlessAble(client.capabilities, method);
  const { ask } = client;
  if (asked.length > 0 && !ask) {
    if (client.takesRounds) throw new InputRequired(inputRequests, state);
    throw new ClientCannot('The server asks for input, but your client has no way to provide it.');
  }
  const responses = await Promise.all(asked.map(async ([name, request]) => [name, await ask!(request)] as const));
  return serverInput(state, { responses: Object.fromEntries(responses) });
}
