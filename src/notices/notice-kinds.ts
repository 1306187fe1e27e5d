import type { NOTICE_KINDS } from '../config/notices-config.js';

/** `test`: somebody asked for it. */
export type NoticeKind = (typeof NOTICE_KINDS)[number] | 'test';

/** The user whom a notice is about; `email` is added where they are active. */
interface OfUser {
  user_id: string;
  email?: string;
}

/** What notices say, by kind: the `data` of their JSON. Times are ISO 8601. Never a secret. A change of what is there is another version. */
export interface NoticeData {
  /** `percent`: the setting that was reached, of `monthly_allocation`; or `low_balance`, of which the holder wants to be told. */
  'account.credits_low': OfUser & {
    account_id: number;
    credits_balance: number;
    monthly_allocation: number;
    percent?: number;
    low_balance?: number;
  };
  /** `key_prefix`: the key's first characters, as lists show it. `days`: the setting that was reached. */
  'api_key.expiring': OfUser & { key_id: string; key_name: string; key_prefix: string; expires_at: string; days: number };
  /** `limit`: of one key, of all keys of the user, or of their logins; `key_id`, `key_name`: the key that was refused, if it was one. */
  'limit.reached': OfUser & {
    limit: 'api_key' | 'user_keys' | 'user';
    key_id: string | null;
    key_name: string | null;
    requests_per_hour: number;
    resets_at: string;
  };
  /**
   * Tools, and whatever else of a server, that wait for approval since the last notice: `count` of them, at most 20 by name. `kind`: one of
   * tool, prompt, resource, template, instructions. `is_new`: it was never approved.
   */
  'tool.quarantined': {
    server_id: string;
    server_name: string;
    count: number;
    tools: { kind: string; name: string; pin: string; is_new: boolean }[];
  };
  'server.down': { server_id: string; server_name: string; template_name: string; since: string; error: string | null };
  'server.up': { server_id: string; server_name: string; template_name: string; down_since: string };
  test: { message: string };
}

interface Kind<Data> {
  /** Whether the user it is about is told, by mail and at their endpoint. Operators are told of every kind, by webhooks and by mail. */
  tellsUser: boolean;
  /** The subject of a mail; nothing that a user wrote. */
  title: (data: Data) => string;
  /** The lines of a mail. */
  lines: (data: Data) => string[];
}

/** The one table of what is told, and in which words. */
export const NOTICES: { readonly [K in NoticeKind]: Kind<NoticeData[K]> } = {
  'account.credits_low': {
    tellsUser: true,
    title: ({ credits_balance }) => (credits_balance > 0 ? 'Credits are running low' : 'Credits are used up'),
    lines: ({ credits_balance, monthly_allocation, ...user }) => [
      `The account of ${nameOf(user)} has ${credits_balance} credits left, of ${monthly_allocation} a month.`,
      'Calls that cost more than is left are refused until credits are added or the next month begins.',
    ],
  },
  'api_key.expiring': {
    tellsUser: true,
    title: ({ expires_at }) => `An API key expires on ${expires_at.slice(0, 10)}`,
    lines: ({ key_name, key_prefix, expires_at, ...user }) => [
      `The API key "${key_name}" (${key_prefix}…) of ${nameOf(user)} expires at ${expires_at}.`,
      'Extend or rotate it before then; after that, its calls are refused.',
    ],
  },
  'limit.reached': {
    tellsUser: true,
    title: ({ limit }) => `Rate limit reached${limit === 'api_key' ? ' by an API key' : ''}`,
    lines: ({ limit, key_name, requests_per_hour, resets_at, ...user }) => [
      `${LIMITED[limit](nameOf(user), key_name)} reached the limit of ${requests_per_hour} requests an hour.`,
      `Further requests are refused until ${resets_at}. You are told once a day.`,
    ],
  },
  'tool.quarantined': {
    tellsUser: false,
    title: ({ count, server_name, tools }) =>
      `${waitingWords(count, tools)} of ${server_name} wait${count === 1 ? 's' : ''} for approval`,
    lines: ({ server_id, server_name, count, tools }) => [
      `These of ${server_name} are new or have changed, and cannot be used until somebody approves them:`,
      ...tools.map(({ kind, name, is_new }) => `- ${kind === 'tool' ? '' : `${kind} `}${name} (${is_new ? 'new' : 'changed'})`),
      ...(count > tools.length ? [`- and ${count - tools.length} more`] : []),
      `Look at them with GET /servers/${server_id}/pins, and approve those you trust.`,
    ],
  },
  'server.down': {
    tellsUser: false,
    title: ({ server_name }) => `${server_name} is down`,
    lines: ({ server_name, since, error }) => [
      `The upstream server ${server_name} has not answered since ${since}${error ? `: ${error}` : '.'}`,
      'Its tools cannot be called. You will be told when it is back.',
    ],
  },
  'server.up': {
    tellsUser: false,
    title: ({ server_name }) => `${server_name} is up again`,
    lines: ({ server_name, down_since }) => [
      `The upstream server ${server_name} answers again. It had been down since ${down_since}.`,
    ],
  },
  test: {
    tellsUser: false,
    title: () => 'A test notice',
    lines: ({ message }) => [message],
  },
};

/** As tools where there is nothing else among them. */
function waitingWords(count: number, named: readonly { kind: string }[]): string {
  const what = named.every(({ kind }) => kind === 'tool') ? 'tool' : 'definition';
  return count === 1 ? `A ${what}` : `${count} ${what}s`;
}

const LIMITED: Record<NoticeData['limit.reached']['limit'], (user: string, keyName: string | null) => string> = {
  api_key: (user, keyName) => `The API key "${keyName}" of ${user}`,
  user_keys: (user) => `The API keys of ${user}, taken together,`,
  user: (user) => `Requests with a login of ${user}`,
};

/** The e-mail of an active user; of others it is not told. */
const nameOf = ({ email, user_id }: OfUser): string => email ?? `user ${user_id}`;
