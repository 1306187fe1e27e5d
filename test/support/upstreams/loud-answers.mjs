const RESULTS = {
  initialize: {
    protocolVersion: '2025-11-25',
    serverInfo: { name: 'loud', version: '1' },
    capabilities: { tools: { listChanged: true }, resources: { subscribe: true } },
  },
  'tools/list': { tools: [{ name: 'look', description: 'Reads.', inputSchema: { type: 'object' } }] },
  'resources/list': { resources: [] },
  'resources/templates/list': { resourceTemplates: [{ uriTemplate: 'loud://{+any}', name: 'any' }] },
  'tools/call': { content: [{ type: 'text', text: 'seen' }] },
  'resources/subscribe': {},
  'resources/unsubscribe': {},
  ping: {},
};

/** What the loud servers answer to a request. */
export function answerOf({ id, method }) {
  const result = RESULTS[method];
  if (!result) return { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } };
  return { jsonrpc: '2.0', id, result };
}
