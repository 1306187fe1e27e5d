// An MCP server over stdio without a library. Its argument says, as JSON, what it writes in answer to a call, part by part: `$ID` stands
// for the id, and a part may be a text and how often it is written; and whether it ends then.
import { setTimeout as pause } from 'node:timers/promises';
import { createInterface } from 'node:readline';

const { parts, ends } = JSON.parse(process.argv[2]);
const RESULTS = {
  initialize: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'odd', version: '1' } },
  'tools/list': { tools: [{ name: 'look', inputSchema: { type: 'object' } }] },
  ping: {},
};

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method } = JSON.parse(line);
  if (method === 'tools/call') await answer(id);
  else if (id !== undefined) process.stdout.write(`${JSON.stringify(messageOf(id, RESULTS[method]))}\n`);
}

async function answer(id) {
  for (const part of parts) {
    const [text, times] = [part].flat();
    process.stdout.write(text.replaceAll('$ID', id).repeat(times ?? 1));
    await pause(5); // in a chunk of its own
  }
  if (ends) process.exit(0);
}

function messageOf(id, result) {
  const error = { code: -32601, message: 'Method not found' };
  return { jsonrpc: '2.0', id, ...(result ? { result } : { error }) };
}
