import { midnight } from '../../app/days';

/** What the address's query says, as the gateway is asked: the address has short names, which people read and share. */
const NAMES = {
  tool: 'tool_name',
  key: 'api_key_id',
  user: 'user_id',
  outcome: 'outcome',
  service: 'service',
  client: 'client_name',
  slower: 'min_duration_ms',
  request: 'request_id',
  before: 'before',
} as const;

/** Those that a person chooses; `before` is where a page begins. */
export const FILTERS = ['tool', 'key', 'user', 'outcome', 'service', 'client', 'slower', 'request', 'since', 'until'] as const;

/** What `outcome` can be, and how that is said. */
export const OUTCOMES = [
  ['ok', 'went well'],
  ['tool_error', 'the tool said no'],
  ['backend_error', 'failed at the backend'],
  ['invalid_arguments', 'invalid arguments'],
  ['cancelled', 'cancelled'],
] as const;

export interface CallQuery {
  tool_name?: string;
  api_key_id?: string;
  user_id?: string;
  outcome?: (typeof OUTCOMES)[number][0];
  service?: string;
  client_name?: string;
  min_duration_ms?: number;
  request_id?: string;
  from?: string | undefined;
  to?: string | undefined;
  before?: string | undefined;
}

/** Days of the address are those of whoever looks: from their midnight to the midnight after. */
export function queryOf(address: URLSearchParams): CallQuery {
  const named = Object.entries(NAMES).map(([name, field]) => [field, address.get(name) || undefined]);
  const [since, until] = [midnight(address.get('since')), midnight(address.get('until'), 1)];
  const given = [...named, ['from', since], ['to', until]].filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as CallQuery;
}

/** The filters that a stream of new calls knows: its time is now. */
export const streamQueryOf = (address: URLSearchParams): CallQuery => ({
  ...queryOf(address),
  from: undefined,
  to: undefined,
  before: undefined,
});
