import { afterEach, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { SEEN } from '../support/upstreams/odd-upstream.js';
import { server, UpstreamRig } from '../support/upstreams/upstream-rig.js';
import { leastCpuMs, QUICK_MS } from '../support/cpu-time.js';

const PROGRAM = join('test', 'support', 'upstreams', 'odd-server.mjs');
const ANSWER = `{"jsonrpc":"2.0","id":$ID,"result":${SEEN}}`;
let rig: UpstreamRig;
afterEach(() => rig.close());

async function calling(parts: (string | [string, number])[], ends = false) {
  const args = [PROGRAM, JSON.stringify({ parts, ends })];
  rig = new UpstreamRig({ odd: { transport: 'stdio', command: process.execPath, args, timeout_seconds: 5 } });
  await rig.register(server('odd-1', 'odd'));
  return rig.call('odd__look');
}

describe('a program that answers', () => {
  it.each<[what: string, parts: string[]]>([
    ['in a line', [`${ANSWER}\n`]],
    ['in a line that ends in CRLF', [`${ANSWER}\r\n`]],
    ['behind a byte order mark', [`\ufeff${ANSWER}\n`]],
    ['between blanks', [`\t ${ANSWER} \n`]],
    ['behind noise', ['Starting...\n\n', '[INFO] ready\n', '{"level":"info"}\n', '{"jsonrpc": oops\n', 'null\n', `${ANSWER}\n`]],
    ['in a batch', [`[${ANSWER}]\n`]],
    ['in a batch with others', [`[{"jsonrpc":"2.0","id":5,"result":{}},null,7,[],${ANSWER}]\n`]],
    ['in many pieces', [...ANSWER.split(/(?<=[,:])/), '\n']],
    ['behind an answer to nobody', [`{"jsonrpc":"2.0","id":5,"result":{}}\n${ANSWER}\n`]],
    ['with its id as a text', [`${ANSWER.replace('$ID', '"$ID"')}\n`]],
    ['with the id behind', [`{"result":${SEEN},"error":null,"id":$ID,"jsonrpc":"2.0"}\n`]],
    ['twice', [`${ANSWER}\n${ANSWER}\n`]],
  ])('%s is understood', async (_, parts) => {
    expect((await calling(parts)).text).toBe('seen');
    expect((await rig.call('odd__look')).text).toBe('seen');
  });

  it('and ends then has answered', async () => {
    expect((await calling([`${ANSWER}\n`], true)).text).toBe('seen');
  });

  it('with an error is heard in its words', async () => {
    const { serverError } = await calling(['{"jsonrpc":"2.0","id":$ID,"error":{"code":7,"message":"full","data":[1.0]}}\n']);
    expect(serverError).toMatchObject({ code: 7, message: 'full', data: '[1.0]' });
  });

  it('half of it, and ends then, has failed', async () => {
    expect((await calling([ANSWER.slice(0, 40)], true)).text).toBe('odd-1 ended while it was asked. Nothing was charged.');
  });

  it.each<[what: string, noise: [string, number][]]>([
    [
      'lists in lists',
      [
        ['[', 500_000],
        [']', 500_000],
      ],
    ],
    [
      'lists beside lists',
      [
        ['[[],', 1],
        ['[],', 500_000],
        ['0]', 1],
      ],
    ],
    [
      'objects in objects',
      [
        ['{"id":', 300_000],
        ['1', 1],
        ['}', 300_000],
      ],
    ],
    [
      'quotes and backslashes',
      [
        ['{"id":1,"result":"', 1],
        ['\\\\\\"', 500_000],
        ['"}', 1],
      ],
    ],
    ['what is no MCP', [['x', 2_000_000]]],
    ['empty lines', [['\n', 2_000]]],
  ])('behind megabytes of %s is heard as soon as they are read', async (_, noise) => {
    expect((await calling([...noise, '\n', `${ANSWER}\n`])).text).toBe('seen');
    expect(await leastCpuMs(() => rig.call('odd__look'))).toBeLessThan(QUICK_MS);
  });
});
