/** What openapi.spec.ts knows of the API document that the document does not say. */

const PASSWORD = 'a long enough password';

/** Keys that could do more than a user. */
export const BEYOND: Record<string, string> = {
  '/api/mcp-keys/create': '{"permissions":["admin"]}',
  '/auth/api-keys': '{"permissions":["admin"],"name":"raised"}',
};
export const NOWHERE = '00000000-0000-4000-8000-000000000000';

/** Documented answers that need more than a caller: what is away, slow, sold or running already. Who gives them is named. */
export const GIVEN_ELSEWHERE: Record<string, RegExp> = {
  'test/integration/billing-*.spec.ts': /^POST \/api\/mcp\/billing\/(checkout|portal) /,
  'test/integration/gateway-rest.spec.ts, servers*.spec.ts': /^POST \/tools\/call (402|409|502|504)$/,
  'test/integration/stock-data-import.spec.ts': /\/import (409|413|431)$/,
  'test/integration/api-keys*.spec.ts':
    /^POST (\/api\/mcp-keys\/(create|rotate)|\/auth\/api-keys|\/api\/mcp\/(enable|regenerate-key)) 409$/,
  'test/integration/api-keys-callers.spec.ts': /^POST \/api\/mcp-keys\/rotate 403$/,
  'test/integration/api-keys-changes.spec.ts': /^PATCH \/api\/(mcp-keys\/\{id\} (403|409)|admin\/keys\/\{id\} (200|409))$/,
  'test/integration/servers-*.spec.ts':
    /^(POST \/servers(\/\{id\}\/tools)?|PATCH \/servers\/\{id\}(\/tools\/\{tool\})?) (409|200)$/,
  'test/e2e/servers-trust.spec.ts': /^POST \/servers\/\{id\}\/pins (409|200)$/,
  'test/integration/prices.spec.ts, tiers.spec.ts': /^PUT \/api\/admin\/(prices|tiers)\/\{\w+\} 409$/,
  'test/integration/accounts-admin*.spec.ts': /\/(add-credits|active) 409$/,
  'test/integration/accounts-opened.spec.ts': /^POST \/api\/admin\/mcp\/accounts (201|409)$/,
  'test/e2e/config.spec.ts': /^POST \/api\/admin\/config\/check (400|409)$/,
  'test/integration/sessions-use.spec.ts': /^POST \/api\/auth\/session(\/confirm)? 429$/,
  'test/integration/usage-stream.spec.ts': /^GET \/api\/(mcp-usage|admin\/calls)\/stream 200$/,
  'src/rest/configure-rest.spec.ts, of a backend that is away': / 503$/,
};

/** Requests for what there is not. */
export const BODY_FOR_NOTHING: Record<string, object | undefined> = {
  'GET /api/mcp/account': undefined,
  'DELETE /api/auth/sessions/{id}': undefined,
  'GET /api/mcp/usage': undefined,
  'GET /api/mcp/usage/summary': undefined,
  'GET /api/mcp/credit-history': undefined,
  'GET /api/mcp/billing/purchases': undefined,
  'POST /api/mcp/regenerate-key': undefined,
  'POST /api/mcp-keys/revoke': { key_id: NOWHERE },
  'POST /api/mcp-keys/rotate': { key_id: NOWHERE },
  'GET /api/mcp-keys/{id}': undefined,
  'PATCH /api/mcp-keys/{id}': { key_name: 'nothing' },
  'PATCH /api/admin/keys/{id}': { credit_budget: 500 },
  'POST /api/admin/keys/{id}/revoke': { reason: 'nothing' },
  'GET /api/admin/users/{id}': undefined,
  'PATCH /api/admin/users/{id}': { is_active: true },
  'PUT /api/admin/users/{id}/password': { password: PASSWORD },
  'POST /api/admin/users/{id}/password-link': undefined,
  'DELETE /api/admin/users/{id}/sessions': undefined,
  'DELETE /api/admin/users/{id}': undefined,
  'GET /api/admin/calls?user_id={id}': undefined,
  'GET /api/admin/usage/timeseries?user_id={id}': undefined,
  'GET /api/admin/users/{id}/usage': undefined,
  'GET /api/admin/users/{id}/usage/history': undefined,
  'GET /api/admin/users/{id}/usage/stats': undefined,
  'GET /api/admin/users/{id}/usage/keys': undefined,
  'GET /tools': undefined,
  'POST /tools/call': { server_id: 'nothing', tool_name: 'nothing' },
  'POST /api/admin/mcp/accounts': { user_id: NOWHERE },
  'GET /api/admin/mcp/accounts/{id}': undefined,
  'GET /api/admin/mcp/accounts/{id}/credit-history': undefined,
  'GET /api/admin/mcp/accounts/{id}/tool-calls': undefined,
  'POST /api/admin/mcp/accounts/{id}/add-credits': { amount: 1, reason: 'nobody' },
  'PUT /api/admin/mcp/accounts/{id}/tier': { tier: 'pro' },
  'PUT /api/admin/mcp/accounts/{id}/active': { is_active: true },
  'DELETE /api/admin/mcp/accounts/{id}/flags': undefined,
  'DELETE /api/admin/prices/nothing': undefined,
  'PUT /api/admin/tiers/nothing': { monthly_credits: 1, reason: 'nothing' },
  'DELETE /api/admin/tiers/nothing': undefined,
  'POST /api/admin/datasets/{dataset}/import': {},
  'GET /servers/{id}': undefined,
  'PATCH /servers/{id}': { weight: 1 },
  'DELETE /servers/{id}': undefined,
  'POST /servers/{id}/check': undefined,
  'GET /servers/{id}/health': undefined,
  'GET /servers/{id}/tools': undefined,
  'POST /servers/{id}/tools': { tool_name: 'nothing', pin: 'nothing' },
  'PATCH /servers/{id}/tools/{tool}': { enabled: null },
  'GET /servers/{id}/pins': undefined,
  'POST /servers/{id}/pins': { pins: [{ kind: 'tool', name: 'nothing', pin: 'nothing' }] },
  'POST /api/admin/webhooks/test': { webhook: 'nothing' },
  'POST /api/admin/webhooks/deliveries/{id}/retry': undefined,
};

/** What an admin reads below `/api/admin/`. */
export const ADMIN_READS = [
  'mcp/accounts',
  'mcp/analytics',
  'mcp/tool-usage',
  'integrity',
  'health',
  'users',
  'log-level',
  'config',
  'datasets',
  'datasets/imports',
  'audit',
  'keys',
  'approvals',
  'prices?search=greet',
  'tiers',
  'calls',
  'usage/timeseries',
  'webhooks',
  'webhooks/deliveries?state=waiting',
];
