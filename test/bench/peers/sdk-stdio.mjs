// The SDK's server over stdio, with a tool more that goes on reporting progress until nobody waits for it.
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { setTimeout } from 'node:timers/promises';
import { sdkServer } from './sdk-server.mjs';

const PAUSE_MS = 100;

const mcp = sdkServer(1);
mcp.registerTool('report', { description: 'Reports ten times a second' }, async ({ signal, _meta, sendNotification }) => {
  for (let progress = 1; !signal.aborted; progress += 1) {
    await sendNotification({
      method: 'notifications/progress',
      params: { progressToken: _meta.progressToken, progress },
    });
    await setTimeout(PAUSE_MS);
  }
  return { content: [] };
});
await mcp.connect(new StdioServerTransport());
