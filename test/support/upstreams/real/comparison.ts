import { itemsOf, membersOf, objectOf, textAt, withMembers } from '../../../../src/common/json-text/json-members.js';
import type { DirectServer, RawAnswer } from './direct-server.js';

/** What a server is asked: a method, and its parameters as JSON. */
export type Request = readonly [method: string, params: string];

/** The lists of MCP: the method that asks for one, and the member of the answer that it is in. */
const LISTS = [
  ['tools/list', 'tools'],
  ['resources/list', 'resources'],
  ['resources/templates/list', 'resourceTemplates'],
  ['prompts/list', 'prompts'],
] as const;
/** What the gateway says itself of every result of MCP 2026-07-28. */
const SAID_ANEW = ['resultType', 'ttlMs', 'cacheScope'];
/** A server that offers no list of a kind may say so by an error; the gateway has one, which is empty. */
const NO_LIST = '-32601';

/** Members of an object in their order, each as its text: for a comparison that names what differs. */
type Texts = [name: string, text: string][];

/** An answer as it can be compared: without what the gateway adds, and with `~` for what differs between any two runs. */
export function comparable({ result, error }: RawAnswer, varies?: RegExp): { result?: Texts; error?: string } {
  const plain = (text: string) => (varies ? text.replace(varies, '~') : text);
  if (result === undefined) return { error: plain(error!) };
  const members = [...membersOf(withoutOurs(result))].filter(([name]) => !SAID_ANEW.includes(name));
  return { result: members.map(([name, text]) => [name, plain(text)]) };
}

/** The JSON of an object without members of its `_meta` that the gateway added; without `_meta` if there were no others. */
function withoutOurs(json: string): string {
  const meta = textAt(['_meta'], json);
  if (meta === undefined) return json;
  const theirs = [...membersOf(meta)].filter(([name]) => !name.startsWith('tallygate/'));
  const members = membersOf(json);
  if (theirs.length > 0) members.set('_meta', objectOf(theirs));
  else members.delete('_meta');
  return objectOf(members);
}

/** All that a server lists, by list and by what each entry is called; null in place of a list that it has not. */
export async function listsOf(server: DirectServer): Promise<Record<string, Record<string, Texts>>> {
  const found: Record<string, Record<string, Texts>> = {};
  for (const [method, member] of LISTS) {
    const { entries, error } = await server.list(method, member);
    if (error !== undefined && textAt(['code'], error) !== NO_LIST) throw new Error(`${method}: ${error}`);
    const offered = entries.filter((entry) => !NEEDS_TASKS.test(textAt(['execution', 'taskSupport'], entry) ?? ''));
    found[member] = Object.fromEntries(offered.map((entry) => [calledIn(entry), [...membersOf(entry)]]));
  }
  return found;
}

/** Of tools that can only be called as a task, which the gateway does not offer. */
const NEEDS_TASKS = /required/;

const calledIn = (entry: string): string => {
  const { uri, uriTemplate, name } = JSON.parse(entry) as Record<string, string>;
  return uri ?? uriTemplate ?? name!;
};

/** Of what a gateway lists, what one of its servers offers, as that lists it itself: without the prefix, and what the gateway adds. */
export async function listsThrough(
  gateway: DirectServer,
  prefix: string,
  direct: Record<string, Record<string, Texts>>,
): Promise<Record<string, Record<string, Texts>>> {
  const all = await listsOf(gateway);
  const isPrefixed = (member: string) => member === 'tools' || member === 'prompts';
  const through = Object.entries(all).map(([member, entries]) => {
    const known = direct[member]!;
    const own = Object.entries(entries).flatMap(([called, texts]): [string, Texts][] => {
      const name = isPrefixed(member) && called.startsWith(prefix) ? called.slice(prefix.length) : called;
      const isOurs = isPrefixed(member) ? called.startsWith(prefix) : Object.hasOwn(known, called);
      return isOurs ? [[name, entryOf(texts, name, known[name])]] : [];
    });
    return [member, Object.fromEntries(own)];
  });
  return Object.fromEntries(through) as Record<string, Record<string, Texts>>;
}

function entryOf(texts: Texts, name: string, known: Texts | undefined): Texts {
  const members = membersOf(withoutOurs(objectOf(texts)));
  if (!known?.some(([member]) => member === 'uri' || member === 'uriTemplate')) members.set('name', JSON.stringify(name));
  if (!known?.some(([member]) => member === 'title')) members.delete('title');
  return [...members];
}

/** A request to a server as a gateway takes it, which calls its tools and prompts by another name. */
export function prefixed([method, params]: Request, prefix: string): Request {
  const longer = (name: string) => JSON.stringify(prefix + (JSON.parse(name) as string));
  const [name, ref] = [textAt(['name'], params), textAt(['ref'], params)];
  if (method === 'completion/complete') {
    const own = ref && textAt(['name'], ref);
    return [method, own ? withMembers(params, { ref: withMembers(ref, { name: longer(own) }) }) : params];
  }
  return [method, name === undefined ? params : withMembers(params, { name: longer(name) })];
}

/**
 * What any server may be asked: each tool without arguments, with one nobody knows and with long numbers, each prompt without and with
 * arguments, and each resource. @param exceptTools Not called, since they wait, or answer differently each time
 */
export function requestsFor(lists: Record<string, Record<string, Texts>>, exceptTools: readonly string[]): Request[] {
  const names = (member: string) => Object.keys(lists[member]!);
  const tools = names('tools').filter((name) => !exceptTools.includes(name));
  const params = (name: string, args: string) => `{"name":${JSON.stringify(name)},"arguments":${args}}`;
  return [
    ...tools.flatMap((name) => ARGUMENTS.map((args): Request => ['tools/call', params(name, args)])),
    ...Object.entries(lists['prompts']!).flatMap(([name, prompt]) =>
      promptArguments(prompt).map((args): Request => ['prompts/get', params(name, args)]),
    ),
    ...names('resources').map((uri): Request => ['resources/read', JSON.stringify({ uri })]),
  ];
}

const ARGUMENTS = ['{}', '{"nobody_knows":1.0,"id":9007199254740993,"list":[null,1e400]}'];

function promptArguments(prompt: Texts): string[] {
  const given = new Map(prompt).get('arguments');
  const names = (given ? itemsOf(given) : []).map((argument) => textAt(['name'], argument)!);
  const all = `{${names.map((name) => `${name}:"1"`).join(',')}}`;
  return ['{}', all, '{"nobody_knows":"x"}', '{"nobody_knows":12345678901234567890}'];
}

/** Asks a server directly and through a gateway, and gives what either answered, by request. */
export async function answersOf(
  { direct, gateway, prefix }: { direct: DirectServer; gateway: DirectServer; prefix: string },
  requests: readonly Request[],
  varies?: RegExp,
): Promise<{ direct: Record<string, unknown>; through: Record<string, unknown> }> {
  const answers = { direct: {} as Record<string, unknown>, through: {} as Record<string, unknown> };
  for (const request of requests) {
    const asked = request.join(' ');
    answers.direct[asked] = comparable(await direct.request(...request), varies);
    answers.through[asked] = comparable(await gateway.request(...prefixed(request, prefix)), varies);
  }
  return answers;
}
