import { describe, expect, it } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { exchangeLines } from './line-exchange.js';

const LIMITS = { lineMaxBytes: 20, inFlightMax: 2 };

async function answersTo(
  chunks: (string | Buffer)[],
  answer = async (line: string | null): Promise<string | undefined> => `<${line}>`,
) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const answers = text(output);
  const done = exchangeLines({ input, output, ...LIMITS, answer });
  for (const chunk of chunks) input.write(chunk);
  input.end();
  await done;
  output.end();
  return (await answers).split('\n').slice(0, -1).sort();
}

describe('an exchange of lines', () => {
  it('answers each line, wherever the chunks end', async () => {
    expect(await answersTo(['o', 'ne\r\ntw', 'o\n', 'three\n\n\nfour'])).toEqual(['<four>', '<one>', '<three>', '<two>']);
  });

  it('keeps characters together that arrive in pieces', async () => {
    const bytes = Buffer.from('Zoë\n');
    expect(await answersTo([bytes.subarray(0, 3), bytes.subarray(3)])).toEqual(['<Zoë>']);
  });

  it('skips a line that is too long and goes on with the next', async () => {
    expect(await answersTo(['x'.repeat(15), 'x'.repeat(15), 'x\nnext\n'])).toEqual(['<next>', '<null>']);
  });

  it('answers a bounded number at once, and all before it ends', async () => {
    let [running, most] = [0, 0];
    const answers = await answersTo(['1\n2\n3\n4\n5\n'], async (line) => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      return line ?? undefined;
    });
    expect([answers, most]).toEqual([['1', '2', '3', '4', '5'], 2]);
  });

  it('ends when the input is taken away', async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const done = exchangeLines({ input, output, ...LIMITS, answer: async () => undefined });
    input.write('half a li');
    input.destroy();
    await expect(done).resolves.toBeUndefined();
  });
});
