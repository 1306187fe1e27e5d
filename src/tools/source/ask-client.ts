import { InputRequired, type CallClient, type CallContext, type ClientRequest } from './call-context.js';
import { ToolInputError } from './tool-source.js';

/** Which capability a client declares to be asked this. */
const CAPABILITY: Record<string, string> = {
  'elicitation/create': 'elicitation',
  'sampling/createMessage': 'sampling',
  'roots/list': 'roots',
};

type AskedClient = Pick<CallClient, 'ask' | 'takesRounds' | 'unaskable' | 'capabilities'>;

/** The caller's client cannot be asked what the tool needs to know, or would not say. */
export class ClientCannot extends ToolInputError {
  constructor(
    message: string,
    /** What the client would have to declare, as a part of its capabilities. */
    readonly missing?: Readonly<Record<string, unknown>>,
  ) {
    super(message);
  }
}

/** The gateway itself does not pass a question on, for a bound of its own: what a tool fails with after that, costs nothing. */
export class QuestionRefused extends ClientCannot {}

/**
 * Asks the caller's client, by names of the tool's choice, and gives its answers by the same names. Clients of MCP 2026-07-28 are
 * asked between two rounds of the call: the tool runs again from its beginning, and this returns what it threw for before.
 * @throws ClientCannot, InputRequired
 */
export async function askClient<Name extends string>(
  { client }: Pick<CallContext, 'client'>,
  requests: Record<Name, ClientRequest>,
): Promise<Record<Name, Record<string, unknown>>> {
  const asked = Object.entries<ClientRequest>(requests);
  for (const [, { method }] of asked) refuseUnlessAble(client, method);
  const { ask } = client;
  if (ask) {
    const answers = await Promise.all(asked.map(async ([name, request]) => [name, await ask(request)] as const));
    return Object.fromEntries(answers) as Record<Name, Record<string, unknown>>;
  }
  const answered: Record<string, unknown> = { ...(client.input?.state as object | undefined), ...client.input?.responses };
  const open = asked.filter(([name]) => !Object.hasOwn(answered, name));
  if (open.length > 0) throw new InputRequired(Object.fromEntries(open), answered);
  return answered as Record<Name, Record<string, unknown>>;
}

/** @throws ClientCannot when the client cannot be asked anything, or has not said that it can be asked this. */
export function refuseUnlessAble(client: AskedClient, method: string): void {
  const capability = CAPABILITY[method];
  const why = whyUnaskable(client);
  if (why !== undefined) throw new ClientCannot(`This needs to ask you something (${capability ?? method}). ${why}`);
  if (capability !== undefined && client.capabilities[capability] !== undefined) return;
  const words = `This needs a client with the capability "${capability ?? method}", which yours has not declared.`;
  throw new ClientCannot(words, capability === undefined ? undefined : { [capability]: {} });
}

/** Why a client cannot be asked anything, whatever it has declared; undefined for one that can. */
export const whyUnaskable = ({ ask, takesRounds, unaskable }: Omit<AskedClient, 'capabilities'>): string | undefined =>
  ask || takesRounds ? undefined : (unaskable ?? 'Only a client of MCP can be asked.');
