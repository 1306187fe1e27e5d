import type { Component } from 'svelte';

/** A page of the portal: where it is, what it is called, and its code, which is loaded when it is opened. */
export interface Page {
  /** `:name` stands for one part of the path. */
  path: string;
  title: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each page takes the named parts of its own path
  load: () => Promise<{ default: Component<any> }>;
  /** Where one is for several pages: what tells this one apart. */
  props?: Record<string, unknown>;
  /** Its place in the menu; absent for pages that others lead to. */
  menu?: 'everyone' | 'administration';
  /** Only administrators have it. */
  admin?: true;
  /** Needs nobody to be signed in, and has no menu. */
  alone?: true;
}

export const PAGES: readonly Page[] = [
  { path: '/', title: 'Overview', menu: 'everyone', load: () => import('../pages/overview/Overview.svelte') },
  { path: '/connect', title: 'Connect', menu: 'everyone', load: () => import('../pages/connect/Connect.svelte') },
  { path: '/keys', title: 'API keys', menu: 'everyone', load: () => import('../pages/keys/Keys.svelte') },
  { path: '/calls', title: 'Calls', menu: 'everyone', load: () => import('../pages/calls/Calls.svelte') },
  { path: '/keys/:id', title: 'API key', load: () => import('../pages/keys/Key.svelte') },
  { path: '/tools', title: 'Tools', menu: 'everyone', load: () => import('../pages/tools/Tools.svelte') },
  { path: '/tools/:name', title: 'Tool', load: () => import('../pages/tools/Tool.svelte') },
  { path: '/credits', title: 'Credits', menu: 'everyone', load: () => import('../pages/credits/Credits.svelte') },
  { path: '/usage', title: 'Usage', menu: 'everyone', load: () => import('../pages/usage/Usage.svelte') },
  { path: '/password', title: 'Set your password', alone: true, load: () => import('../pages/people/SetPassword.svelte') },
  { path: '/register', title: 'Register', alone: true, load: () => import('../pages/people/Register.svelte') },
  { path: '/settings', title: 'Settings', load: () => import('../pages/settings/Settings.svelte') },
  {
    path: '/admin',
    title: 'Today',
    menu: 'administration',
    admin: true,
    load: () => import('../pages/admin/today/Today.svelte'),
  },
  {
    path: '/admin/servers',
    title: 'Servers',
    menu: 'administration',
    admin: true,
    load: () => import('../pages/admin/servers/Servers.svelte'),
  },
  {
    path: '/admin/servers/new',
    title: 'Add a server',
    admin: true,
    load: () => import('../pages/admin/servers/NewServer.svelte'),
  },
  { path: '/admin/servers/:id', title: 'Server', admin: true, load: () => import('../pages/admin/servers/Server.svelte') },
  {
    path: '/admin/approvals',
    title: 'Approvals',
    menu: 'administration',
    admin: true,
    load: () => import('../pages/admin/approvals/Approvals.svelte'),
  },
  {
    path: '/admin/prices',
    title: 'Prices and tiers',
    menu: 'administration',
    admin: true,
    load: () => import('../pages/admin/prices/Prices.svelte'),
  },
  {
    path: '/admin/calls',
    title: 'Everybody’s calls',
    menu: 'administration',
    admin: true,
    load: () => import('../pages/calls/Calls.svelte'),
    props: { everybody: true },
  },
  {
    path: '/admin/users',
    title: 'Users',
    menu: 'administration',
    admin: true,
    load: () => import('../pages/admin/users/Users.svelte'),
  },
  { path: '/admin/users/:id', title: 'User', admin: true, load: () => import('../pages/admin/users/User.svelte') },
  {
    path: '/admin/keys',
    title: 'Keys of all users',
    menu: 'administration',
    admin: true,
    load: () => import('../pages/admin/keys/AdminKeys.svelte'),
  },
  {
    path: '/admin/accounts',
    title: 'Accounts',
    menu: 'administration',
    admin: true,
    load: () => import('../pages/admin/accounts/Accounts.svelte'),
  },
  { path: '/admin/accounts/:id', title: 'Account', admin: true, load: () => import('../pages/admin/accounts/Account.svelte') },
  {
    path: '/admin/audit',
    title: 'Audit',
    menu: 'administration',
    admin: true,
    load: () => import('../pages/admin/audit/Audit.svelte'),
  },
  {
    path: '/admin/health',
    title: 'Health',
    menu: 'administration',
    admin: true,
    load: () => import('../pages/admin/health/Health.svelte'),
  },
  {
    path: '/admin/data',
    title: 'Data',
    menu: 'administration',
    admin: true,
    load: () => import('../pages/admin/data/Data.svelte'),
  },
  {
    path: '/admin/system',
    title: 'System',
    menu: 'administration',
    admin: true,
    load: () => import('../pages/admin/system/System.svelte'),
  },
];

/** The page of a path, with the named parts of the path; none where they are not coded as addresses are. */
export function pageAt(path: string): { page: Page; names: Record<string, string> } | undefined {
  for (const page of PAGES) {
    const names = namesIn(page.path.split('/'), path.split('/'));
    if (names) return { page, names };
  }
}

function namesIn(pattern: string[], parts: string[]): Record<string, string> | undefined {
  const fits = pattern.length === parts.length && pattern.every((part, at) => part.startsWith(':') || part === parts[at]);
  if (!fits) return undefined;
  const named = pattern.flatMap((part, at) => (part.startsWith(':') ? [[part.slice(1), decoded(parts[at]!)] as const] : []));
  if (named.some(([, value]) => value === undefined)) return undefined;
  return Object.fromEntries(named) as Record<string, string>;
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
