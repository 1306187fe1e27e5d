import { refuseUnlessAble, ClientCannot } from '../../tools/source/ask-client.js';
import { InputRequired, type CallContext, type CallInput } from '../../tools/source/call-context.js';
import { isInputRequired, type InputRequiredAnswer } from '../connection/answer-schemas.js';
import { UpstreamFailure } from '../connection/upstream-failure.js';

/** A server that asks more often than this never ends. */
const ROUNDS_MAX = 10;

/** The caller's answers to a server of MCP 2026-07-28, which go to the server that asked, in another call. */
export interface ServerInput {
  serverId: string;
  params: { requestState?: string; inputResponses?: Record<string, unknown> };
}

/** What a client of 2026-07-28 brings along to its next round. Signed by the gateway, readable by the client. */
interface State {
  serverId: string;
  requestState?: string;
}

/**
 * Sends a request to a server, with `input` to the one that asked for it, and has the caller asked what it wants to know, until
 * there is an answer.
 * @throws what `send` does; `InputRequired`, `ClientCannot`.
 */
export async function untilAnswered<T extends object>(
  context: CallContext,
  send: (input?: ServerInput) => Promise<T | InputRequiredAnswer>,
): Promise<T> {
  const { input } = context.client;
  const state = input?.state as State | undefined;
  let answer = await send(state && serverInput(state, input!));
  for (let round = 1; round < ROUNDS_MAX; round += 1) {
    if (!isInputRequired(answer)) return answer;
    answer = await send(await askCaller(context, answer));
  }
  if (!isInputRequired(answer)) return answer;
  throw new UpstreamFailure('protocol', `The server asked ${ROUNDS_MAX} times without giving a result.`);
}

function serverInput({ serverId, requestState }: State, { responses }: CallInput): ServerInput {
  return { serverId, params: { ...(requestState !== undefined && { requestState }), inputResponses: responses } };
}

/** @throws InputRequired for a client that is asked between rounds; ClientCannot for one that cannot be asked. */
async function askCaller(
  { client }: CallContext,
  { inputRequests = {}, requestState, serverId }: InputRequiredAnswer,
): Promise<ServerInput> {
  const state = { serverId, ...(requestState !== undefined && { requestState }) };
  const asked = Object.entries(inputRequests);
  for (const [, { method }] of asked) refuseUnlessAble(client.capabilities, method);
  // Rounds of server and client go together, so that nothing waits here, and any replica may serve the next one.
  if (asked.length > 0 && client.takesRounds) throw new InputRequired(inputRequests, state);
  const { ask } = client;
  if (asked.length > 0 && !ask) throw new ClientCannot('The server asks for input, but your client has no way to provide it.');
  const responses = await Promise.all(asked.map(async ([name, request]) => [name, await ask!(request)] as const));
  return serverInput(state, { responses: Object.fromEntries(responses) });
}
