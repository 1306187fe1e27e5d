import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { testConfig } from '../../test/support/gateway/test-config.js';
import { ClickHouse } from './clickhouse.js';
import { demandRoom } from './disk-room.js';

describe('Before tables are changed on a server', () => {
  let server: Server;
  let clickhouse: ClickHouse;
  afterEach(async () => {
    await clickhouse.onApplicationShutdown();
    server.close();
  });

  /** A server that says `code` to whoever asks for its disks. */
  const refuse = async (code: number, words: string) => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        if (!body.includes('system.disks')) return void response.end('');
        response.writeHead(403, { 'x-clickhouse-exception-code': String(code) }).end(`Code: ${code}. DB::Exception: ${words}`);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    clickhouse = new ClickHouse(testConfig({ clickhouse_url: url }));
    await clickhouse.start();
  };

  it('one whose user may not read its disks is taken to have room', async () => {
    await refuse(497, 'me: Not enough privileges. To execute this query, it is necessary to have the grant. (ACCESS_DENIED)');
    await expect(demandRoom(clickhouse)).resolves.toBeUndefined();
  });

  it('any other failure is one', async () => {
    await refuse(241, 'Memory limit exceeded. (MEMORY_LIMIT_EXCEEDED)');
    await expect(demandRoom(clickhouse)).rejects.toThrow('Memory limit');
  });
});
