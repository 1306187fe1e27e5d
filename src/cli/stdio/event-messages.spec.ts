import { expect, it } from '@jest/globals';
import { eventMessages } from './event-messages.js';

const read = async (...chunks: string[]) => {
  const bytes = chunks.map((chunk) => Buffer.from(chunk, 'latin1'));
  const found: string[] = [];
  for await (const message of eventMessages(toStream(bytes))) found.push(message);
  return found;
};

async function* toStream(bytes: Buffer[]): AsyncGenerator<Uint8Array> {
  yield* bytes;
}

it('gives the data of each event, wherever the chunks were cut, and no comments', async () => {
  expect(await read(':\n\nevent: message\nda', 'ta: {"a":1}\n', '\ndata: one\r\ndata: two\r\n\r\n')).toEqual([
    '{"a":1}',
    'one\ntwo',
  ]);
});

it('joins the bytes of a character that two chunks share', async () => {
  expect(await read('data: "\xc3', '\xab"\n\n')).toEqual(['"ë"']);
});

it('leaves out an event that was cut off', async () => {
  expect(await read('data: {"a":')).toEqual([]);
});
