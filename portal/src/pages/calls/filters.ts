import type { paths } from '../../../../src/client/openapi.types';

type Query = NonNullable<paths['/api/mcp-usage/history']['get']['parameters']['query']>;

/** What the address's query says, as the gateway is asked: the address has short names, which people read and share. */
const NAMES = {
  tool: 'tool_name',
  key: 'api_key_id',
  since: 'start_date',
  until: 'end_date',
  page: 'page',
} as const satisfies Record<string, keyof Query>;

export const FILTERS = ['tool', 'key', 'since', 'until'] as const;

export function queryOf(address: URLSearchParams): Query {
  const given = Object.entries(NAMES).flatMap(([name, field]) => {
    const value = address.get(name);
    return value ? [[field, field === 'page' ? Number(value) : value]] : [];
  });
  return Object.fromEntries(given) as Query;
}
