import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fileInput } from './file-input.js';
import type { FileRecord } from './source-file.js';

const folder = mkdtempSync(join(tmpdir(), 'tallygate-csv-'));
afterAll(() => rmSync(folder, { recursive: true }));

function input(content: string | Buffer) {
  const path = join(folder, 'file.bin');
  writeFileSync(path, content);
  return fileInput(path);
}

async function read(content: string | Buffer, columns: string[]): Promise<FileRecord[]> {
  const file = await input(content).open();
  const records: FileRecord[] = [];
  for await (const record of file.records(columns)) records.push(record);
  expect(file.share()).toBe(1);
  return records;
}

describe('a CSV file', () => {
  it('is read by column names, with line numbers, whatever its name', async () => {
    expect(await read('\ufeffa, b ,c\r\n1,"x, ""y""",3\r\n\r\n4,5,6\r\n', ['c', 'b'])).toEqual([
      { line: 2, cells: ['3', 'x, "y"'] },
      { line: 4, cells: ['6', '5'] },
    ]);
  });

  it('may be compressed with gzip', async () => {
    expect(await read(gzipSync('a,b\n1,2\n'), ['a'])).toEqual([{ line: 2, cells: ['1'] }]);
  });

  it('names ragged lines by number', async () => {
    expect(await read('a,b\n1\n1,2,3\n1,2\n', ['a'])).toMatchObject([
      { line: 2, problem: 'has 1 fields instead of 2' },
      { line: 3, problem: 'has 3 fields instead of 2' },
      { line: 4 },
    ]);
  });

  it.each([
    ['', 'The file is empty'],
    ['a,a\n1,2\n', 'several columns named a'],
    ['a,b\n1,"never closed\n2,3\n', 'The file is not CSV'],
    [`a,b\n1,"${'x'.repeat(300_000)}\n`, 'The file is not CSV'],
    [gzipSync(`a,b\n${'1,2\n'.repeat(10_000)}`).subarray(0, 60), 'The gzip file is damaged'],
    [Buffer.from([0x1f, 0x8b, 9, 9, 9]), 'The gzip file is damaged'],
    [Buffer.from('PAR1 but no more'), 'The Parquet file cannot be read'],
  ])('is refused when it is %j', async (content, words) => {
    const refused = expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining(words) });
    await expect(read(content, ['a'])).rejects.toEqual(refused);
  });

  it('that does not exist is refused', async () => {
    await expect(fileInput(join(folder, 'no')).open()).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(fileInput(join(folder, 'no')).fingerprint()).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('is the same as another when its content is', async () => {
    const [one, two] = [await input('a\n1\n').fingerprint(), await input('a\n2\n').fingerprint()];
    expect(await input('a\n1\n').fingerprint()).toBe(one);
    expect(two).not.toBe(one);
  });
});
