/** The chapters of the API document, in the order in which somebody new needs them. */
export const TAGS: readonly [name: string, description: string][] = [
  ['Authentication', 'Users log in here, and manage what they log in with'],
  ['API keys', 'What programs call with: made, shown, limited, replaced and revoked by their owner'],
  ['Tools', 'The tools of MCP, listed and called over REST at the same prices'],
  ['Usage', "The caller's calls: one by one, by day, by tool and by key"],
  ['MCP account', 'Credits: the balance, what was booked, and what is left'],
  ['Billing', 'Packs of credits and tiers, paid with Stripe'],
  ['Servers', 'Upstream MCP servers, and the approval of what they offer'],
  ['Administration', 'Accounts, users, keys and records of everybody; for admins'],
  ['Datasets', 'Stock data: imported, or made up for a try'],
  ['Gateway', 'Figures of this process'],
  ['Health', 'For load balancers and monitoring'],
];
