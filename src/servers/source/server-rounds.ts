import { refuseUnlessAble } from '../../tools/source/ask-client.js';
import { InputRequired, type CallContext, type CallInput } from '../../tools/source/call-context.js';
import { textAt, type JsonMembers } from '../../common/json-text/json-members.js';
import { isInputRequired, type InputRequiredAnswer, type ServerAnswer } from '../connection/relay/answers.js';
import { UpstreamFailure } from '../connection/upstream-failure.js';

/** A server that asks more often than this never ends. */
const ROUNDS_MAX = 10;

/** The caller's answers to a server of MCP 2026-07-28, which go to the server that asked, in another call. */
export interface ServerInput {
  serverId: string;
  params: JsonMembers;
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
export async function untilAnswered(
  context: CallContext,
  send: (input?: ServerInput) => Promise<ServerAnswer>,
): Promise<ServerAnswer> {
  const { input } = context.client;
  const state = input?.state as State | undefined;
  let answer = await send(state && serverInput(state, responsesJson(input!, context)));
  for (let round = 1; round < ROUNDS_MAX; round += 1) {
    const { value } = answer;
    if (!isInputRequired(value)) return answer;
    answer = await send(await askCaller(context, value, answer));
  }
  if (!isInputRequired(answer.value)) return answer;
  throw new UpstreamFailure('protocol', `The server asked ${ROUNDS_MAX} times without giving a result.`);
}

function serverInput({ serverId, requestState }: State, inputResponses: string): ServerInput {
  const state = requestState === undefined ? undefined : JSON.stringify(requestState);
  return { serverId, params: { requestState: state, inputResponses } };
}

/** As the caller wrote them. */
function responsesJson({ responses }: CallInput, { sent }: CallContext): string {
  const text = sent?.().params.get('inputResponses');
  return text?.startsWith('{') ? text : JSON.stringify(responses);
}

/** @throws InputRequired for a client that is asked between rounds; ClientCannot for one that cannot be asked. */
async function askCaller(
  { client }: CallContext,
  { inputRequests, requestState }: InputRequiredAnswer,
  { serverId, json }: ServerAnswer,
): Promise<ServerInput> {
  const state = { serverId, ...(requestState !== undefined && { requestState }) };
  const asked = Object.entries(inputRequests ?? {});
  for (const [, { method }] of asked) refuseUnlessAble(client, method);
  // Rounds of server and client go together, so that nothing waits here, and any replica may serve the next one.
  if (asked.length > 0 && client.takesRounds)
    throw new InputRequired(Object.fromEntries(asked), state, textAt(['inputRequests'], json));
  const { ask } = client;
  const responses = await Promise.all(asked.map(async ([name, request]) => [name, await ask!(request)] as const));
  return serverInput(state, JSON.stringify(Object.fromEntries(responses)));
}
