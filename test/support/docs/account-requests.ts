const ACCOUNT_READS = [
  ...['/api/mcp/billing/offers', '/api/mcp/billing/purchases', '/api/mcp/alerts', '/api/mcp/account', '/api/mcp/usage'],
  ...['/api/mcp/usage/summary', '/api/mcp-usage/history', '/api/mcp-usage/history?format=csv', '/api/mcp-usage/stats'],
  ...[
    '/api/mcp-usage/keys',
    '/api/mcp-usage/timeseries',
    '/api/mcp/credit-history',
    '/api/mcp/credit-history?format=csv',
    '/tools',
  ],
];

/** What somebody with an account asks. */
export const ACCOUNT_REQUESTS: (readonly [method: string, path: string, body?: object])[] = [
  ['PUT', '/api/mcp/alerts', { low_balance: 10, webhook_url: 'https://hooks.example.invalid/' }],
  ['POST', '/api/mcp/alerts/secret'],
  ['POST', '/api/mcp/alerts/test'],
  ...ACCOUNT_READS.map((path) => ['GET', path] as const),
];
