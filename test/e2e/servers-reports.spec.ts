import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { MODERN } from '../support/gateway/streaming-gateway.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { OddUpstream, SEEN, streamOf, success } from '../support/upstreams/odd-upstream.js';

const SAID =
  '"level":"warning","data":{ "id":9007199254740993,"n":1.0,"10":1e400,"d":[null] },"logger":"a","_meta":{"b.example/c":-0},"x":[1.0]';
const PROGRESS = '"progress":0.10,"total":1e3,"message":"\\u00e9","_meta":{"b":1.0},"x":9007199254740993';
const log = (params: string) => `{"jsonrpc":"2.0","method":"notifications/message","params":{${params}}}`;
const progress = (token: string) =>
  `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${token},${PROGRESS}}}`;

const upstreams = { old: new OddUpstream('legacy'), new: new OddUpstream('modern') };
let gateway: GatewayProcess;

beforeAll(async () => {
  for (const upstream of Object.values(upstreams)) {
    upstream.bend = (asked) => {
      if (asked.method !== 'tools/call') return false;
      const told = [
        progress(asked.params._meta.progressToken),
        log('"level":"debug","data":"detail"'),
        log(SAID),
        success(asked, SEEN),
      ];
      return streamOf(
        asked,
        told.map((message) => `data: ${message}\n\n`),
      );
    };
    await upstream.start();
  }
  const config = join(temporaryFolder('servers-reports'), 'gateway.yaml');
  writeFileSync(config, JSON.stringify(settings())); // JSON is YAML
  gateway = await GatewayProcess.start({ env: { GATEWAY_CONFIG: config } });
  for (const template_name of ['old', 'new', 'program'])
    expect((await gateway.rest('POST', '/servers', { template_name })).status).toBe(201);
}, 60_000);
afterAll(async () => {
  await gateway.destroy();
  for (const upstream of Object.values(upstreams)) await upstream.stop();
}, 60_000);

function settings(): object {
  const answer = `{"jsonrpc":"2.0","id":$ID,"result":${SEEN}}`;
  const told = {
    parts: [progress('"$ID"'), log('"level":"debug","data":1'), log(SAID), answer].map((message) => `${message}\n`),
  };
  const args = [resolve('test', 'support', 'upstreams', 'odd-server.mjs'), JSON.stringify(told)];
  return {
    servers: { allowed_networks: ['127.0.0.0/8'] },
    stock_data: { enabled: false },
    templates: {
      old: { transport: 'http', url: upstreams.old.url },
      new: { transport: 'http', url: upstreams.new.url },
      program: { transport: 'stdio', command: process.execPath, args },
    },
  };
}

/** Each message that a client hears during a call, as the text it came in. */
async function heardBy(era: 'legacy' | 'modern', server: string): Promise<string[]> {
  const name = `${server}__look`;
  const modern = { 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/call', 'mcp-name': name };
  const headers = {
    ...{ authorization: `Bearer ${gateway.apiKey}`, 'content-type': 'application/json' },
    ...{ accept: 'application/json, text/event-stream', ...(era === 'modern' && modern) },
  };
  const own =
    era === 'modern' &&
    `,"io.modelcontextprotocol/protocolVersion":"${MODERN}","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/logLevel":"info"`;
  const params = `{"name":"${name}","arguments":{},"_meta":{"progressToken":12345678901234567890${own || ''}}}`;
  const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`;
  const text = await (await fetch(gateway.mcpUrl, { method: 'POST', headers, body })).text();
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, message]) => message!);
}

describe.each(['old', 'new', 'program'])('what a server reports of a call (%s)', (server) => {
  it.each(['legacy', 'modern'] as const)(
    'reaches a client (%s) as it was written, from the level that it asked for',
    async (era) => {
      const [reported, logged, answer, ...more] = await eventually(async () => {
        const heard = await heardBy(era, server);
        expect(heard.length).toBeGreaterThan(1); // its tools are known
        return heard;
      });
      expect(reported).toBe(progress('12345678901234567890'));
      expect(logged).toBe(log(SAID));
      expect(JSON.parse(answer!)).toMatchObject({ id: 1, result: { content: [{ text: 'seen' }] } });
      expect(more).toEqual([]);
    },
  );
});
