import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { KeyAdmission } from '../../api-keys/verification/key-admission.service.js';
import { PeriodicTask } from '../../common/periodic-task.js';
import { refuseUnlessAble, ClientCannot } from '../../tools/source/ask-client.js';
import { InputRequired, type CallContext, type CallInput } from '../../tools/source/call-context.js';
import { ToolInputError } from '../../tools/source/tool-source.js';
import { Conversation, LiveCaller } from './suspended-call.js';
import type { CallerSide } from '../connection/caller.js';
import { isInputAsked, type InputAsked } from '../connection/answer-schemas.js';
import { UpstreamFailure } from '../connection/upstream-failure.js';

/** How long a call waits for its caller's next round, and how many may wait: of one caller, and in all. */
const SUSPENDED_MAX_MS = 5 * 60_000;
const SUSPENDED_PER_CALLER_MAX = 16;
const SUSPENDED_MAX = 1_000;
/** A server that asks more often than this never ends. */
const ROUNDS_MAX = 10;
/** Pause between two looks at the keys of those who are waited for. */
const CHECK_PAUSE_MS = 1_000;

/** What goes to a server of MCP 2026-07-28 in the next round: to the one that asked. */
export interface ServerInput {
  serverId: string;
  params: { requestState?: string; inputResponses?: Record<string, unknown> };
}

/** Begins a request to some server, or its next round. */
export type Begin<T> = (side: CallerSide, signal: AbortSignal, input?: ServerInput) => Promise<T | InputAsked>;

/** Signed by the gateway, readable by the client. */
type State = { suspended: string } | { serverId: string; requestState?: string };

interface Suspended {
  conversation: Conversation<unknown>;
  caller: string;
  keyId: string | undefined;
  deadline: NodeJS.Timeout;
}

/** Lets servers ask the clients of their callers, whichever era either of them speaks. */
@Injectable()
export class Conversations implements OnModuleInit, OnApplicationShutdown {
  private readonly suspended = new Map<string, Suspended>();
  private readonly task = new PeriodicTask('Conversations', CHECK_PAUSE_MS, () => this.look());

  constructor(private readonly keys: KeyAdmission) {}

  onModuleInit(): void {
    this.task.start();
  }

  /** Nobody comes back for them; servers are told to stop. */
  async onApplicationShutdown(): Promise<void> {
    for (const id of this.suspended.keys()) this.giveUp(id);
    await this.task.stop();
  }

  /**
   * Runs a request to a server with a way back to its caller.
   * @throws what `begin` does; `InputRequired`, `ClientCannot`; ToolInputError when the caller comes back too late.
   */
  async hold<T extends object>(context: CallContext, begin: Begin<T>): Promise<T> {
    const { client } = context;
    const state = client.input?.state as State | undefined;
    let answer: T | InputAsked;
    if (state && 'suspended' in state) answer = await this.resume(state.suspended, context);
    else answer = await this.begin(context, begin, state && serverInput(state, client.input!));
    for (let round = 1; round < ROUNDS_MAX; round += 1) {
      if (!isInputAsked(answer)) return answer;
      answer = await this.begin(context, begin, await askedOf(context, answer));
    }
    if (!isInputAsked(answer)) return answer;
    throw new UpstreamFailure('protocol', 'The server asks without end.');
  }

  private begin<T extends object>(context: CallContext, begin: Begin<T>, input?: ServerInput): Promise<T | InputAsked> {
    if (!context.client.takesRounds) return begin(new LiveCaller(context), context.signal, input);
    const id = randomUUID();
    const work = (side: CallerSide, signal: AbortSignal) =>
      begin(side, signal, input).catch((error: unknown) => {
        this.take(id); // between two rounds, such as when its server is removed: there is nothing to come back to
        throw error;
      });
    return this.round(id, new Conversation(context, work), context);
  }

  private resume<T>(id: string, context: CallContext): Promise<T | InputAsked> {
    const found = this.suspended.get(id);
    if (found?.caller !== callerOf(context)) {
      throw new ToolInputError(
        'The server no longer waits for your answer, or waits on another replica. Call again from the start.',
      );
    }
    this.take(id);
    return this.round(id, found.conversation as Conversation<T | InputAsked>, context);
  }

  private async round<T>(id: string, conversation: Conversation<T>, context: CallContext): Promise<T> {
    try {
      return await conversation.round(context, { suspended: id });
    } catch (error) {
      if (error instanceof InputRequired) this.suspend(id, conversation, context);
      throw error;
    }
  }

  private suspend(id: string, conversation: Conversation<unknown>, context: CallContext): void {
    const { principal } = context;
    const caller = callerOf(context);
    const mine = [...this.suspended.values()].filter((one) => one.caller === caller).length;
    if (mine >= SUSPENDED_PER_CALLER_MAX || this.suspended.size >= SUSPENDED_MAX) {
      conversation.end();
      throw new ToolInputError('Too many calls wait for answers. Answer or give up those first.');
    }
    const deadline = setTimeout(() => this.giveUp(id), SUSPENDED_MAX_MS).unref();
    this.suspended.set(id, { conversation, caller, keyId: principal.apiKey?.id, deadline });
  }

  /** Whoever has no working key any more cannot come back. While PostgreSQL is away, the deadline decides alone. */
  private async look(): Promise<void> {
    const keyIds = new Set([...this.suspended.values()].flatMap(({ keyId }) => keyId ?? []));
    if (keyIds.size === 0) return;
    const working = await this.keys.workingAmong(keyIds).catch(() => keyIds);
    for (const [id, { keyId }] of this.suspended) {
      if (keyId !== undefined && keyIds.has(keyId) && !working.has(keyId)) this.giveUp(id);
    }
  }

  private giveUp(id: string): void {
    this.take(id)?.conversation.end();
  }

  private take(id: string): Suspended | undefined {
    const found = this.suspended.get(id);
    clearTimeout(found?.deadline);
    this.suspended.delete(id);
    return found;
  }
}

const callerOf = ({ principal }: CallContext): string => `${principal.userId}/${principal.apiKey?.id ?? ''}`;

function serverInput({ serverId, requestState }: Exclude<State, { suspended: string }>, { responses }: CallInput): ServerInput {
  return { serverId, params: { ...(requestState !== undefined && { requestState }), inputResponses: responses } };
}

/** The answers to what a server of MCP 2026-07-28 asks, at once where the client can be asked so. @throws InputRequired, ClientCannot */
async function askedOf(
  { client }: CallContext,
  { inputRequests = {}, requestState, serverId }: InputAsked,
): Promise<ServerInput> {
  const state = { serverId, ...(requestState !== undefined && { requestState }) };
  const asked = Object.entries(inputRequests);
  for (const [, { method }] of asked) refuseUnlessAble(client.capabilities, method);
  const { ask } = client;
  if (asked.length > 0 && !ask && !client.takesRounds)
    throw new ClientCannot('The server asks for input, which your client cannot give.');
  if (asked.length > 0 && !ask) throw new InputRequired(inputRequests, state);
  const responses = await Promise.all(asked.map(async ([name, request]) => [name, await ask!(request)] as const));
  return serverInput(state, { responses: Object.fromEntries(responses) });
}
