import { api } from '../api';
import type { Entry } from './entries';
import { matching } from './matching';

/** What was found for what was looked for, and which kinds could not be asked for. */
export interface Found {
  wanted: string;
  entries: Entry[];
  failed: string[];
}

interface Source {
  group: Entry['group'];
  isForAdmins?: true;
  find: (search: string) => Promise<Omit<Entry, 'group' | 'id'>[]>;
}

const MOST = 5;

/** Searches keys, tools and, for administrators, users, accounts and servers. Each kind is asked alone, and fails alone. */
export function searching(isAdmin: boolean): (wanted: string) => Promise<Found> {
  const sources = sourcesOf().filter(({ isForAdmins }) => isAdmin || !isForAdmins);
  return async (wanted) => {
    if (wanted === '') return { wanted, entries: [], failed: [] };
    const answers = await Promise.allSettled(sources.map(({ find }) => find(wanted)));
    const entries = answers.flatMap((answer, at) => (answer.status === 'fulfilled' ? named(sources[at]!, answer.value) : []));
    return { wanted, entries, failed: sources.flatMap(({ group }, at) => (answers[at]!.status === 'rejected' ? [group] : [])) };
  };
}

const named = ({ group }: Source, found: readonly Omit<Entry, 'group' | 'id'>[]): Entry[] =>
  found.slice(0, MOST).map((entry) => ({ ...entry, group, id: entry.path! }));

/** Tools and servers come whole from the gateway: they are read once, for as long as the list is open. */
function sourcesOf(): Source[] {
  const tools = once(() => api.get('/tools'));
  const servers = once(() => api.get('/servers'));
  const page_size = MOST;
  return [
    {
      group: 'Keys',
      find: async (search) => {
        const { keys } = await api.get('/api/mcp-keys/list', { query: { search, page_size } });
        return keys.map((key) => ({ title: key.key_name, words: `${key.api_key_prefix}…`, path: `/keys/${key.id}` }));
      },
    },
    {
      group: 'Tools',
      find: async (search) => {
        const all = (await tools()).tools.map(({ name, title }) => ({
          title: name,
          words: title,
          path: `/tools/${encoded(name)}`,
        }));
        return matching(all, search);
      },
    },
    {
      group: 'Users',
      isForAdmins: true,
      find: async (search) => {
        const { users } = await api.get('/api/admin/users', { query: { search, page_size } });
        return users.map(({ id, email, username }) => ({ title: email, words: username, path: `/admin/users/${id}` }));
      },
    },
    {
      group: 'Accounts',
      isForAdmins: true,
      find: async (search) => {
        const { accounts } = await api.get('/api/admin/mcp/accounts', { query: { search, page_size } });
        return accounts.map((one) => ({ title: one.user_email, words: one.credits_tier, path: `/admin/accounts/${one.id}` }));
      },
    },
    {
      group: 'Servers',
      isForAdmins: true,
      find: async (search) => {
        const all = (await servers()).map((one) => ({
          title: one.name,
          words: one.template_name,
          path: `/admin/servers/${one.id}`,
        }));
        return matching(all, search);
      },
    },
  ];
}

const encoded = encodeURIComponent;

/** Reads once; what failed is read again. */
function once<Data>(read: () => Promise<Data>): () => Promise<Data> {
  let reading: Promise<Data> | undefined;
  return () =>
    (reading ??= read().catch((error: unknown) => {
      reading = undefined;
      throw error;
    }));
}
