import { PAGES } from '../pages';
import { current } from '../session.svelte';
import { theme, THEMES } from '../theme.svelte';

/** One thing that can be gone to, or done. */
export interface Entry {
  id: string;
  group: 'Pages' | 'Actions' | 'Keys' | 'Tools' | 'Users' | 'Accounts' | 'Servers';
  title: string;
  /** Found by these too; shown beside the title. */
  words?: string;
  /** Where it is in the portal. */
  path?: string;
  /** What it does; gives the words to say then, or nothing where it closes the list. */
  act?: () => Promise<string | undefined>;
}

/** The pages that need no name in their path, of those that somebody has. */
export const pageEntries = (isAdmin: boolean): Entry[] =>
  PAGES.filter(({ path, admin }) => !path.includes(':') && (isAdmin || !admin)).map(({ path, title, admin }) => ({
    id: `page${path}`,
    group: 'Pages',
    title,
    ...(admin && { words: 'Administration' }),
    path,
  }));

/** What can be done from everywhere. */
export const actionEntries = (): Entry[] => [
  ...(current.isAdmin ? [INVITE] : []),
  { id: 'make-key', group: 'Actions', title: 'Make a key', path: '/keys?make=key' },
  ...(current.isAdmin ? [ADD_SERVER] : []),
  { id: 'copy-url', group: 'Actions', title: 'Copy the MCP address', words: current.config?.mcp_url ?? '', act: copyAddress },
  ...THEMES.map(([name, words]): Entry => ({
    id: `theme-${name}`,
    group: 'Actions',
    title: `Theme ${words}`,
    act: choosing(name),
  })),
  ...(current.config?.auth_enabled ? [SIGN_OUT] : []),
];

const ADD_SERVER: Entry = { id: 'add-server', group: 'Actions', title: 'Add a server', path: '/admin/servers/new' };
const INVITE: Entry = { id: 'invite', group: 'Actions', title: 'Invite a person', path: '/admin/users?invite=person' };
const SIGN_OUT: Entry = { id: 'sign-out', group: 'Actions', title: 'Sign out', act: async () => void (await current.signOut()) };

const choosing = (name: (typeof THEMES)[number][0]) => async (): Promise<undefined> => theme.choose(name) as undefined;

async function copyAddress(): Promise<string> {
  const url = current.config?.mcp_url ?? '';
  try {
    await navigator.clipboard.writeText(url);
    return `Copied ${url}`;
  } catch {
    return `This page may not copy: ${url}`; // over plain HTTP from another machine a browser gives no clipboard
  }
}
