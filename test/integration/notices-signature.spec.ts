import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { signatureOf } from '../../src/notices/delivery/webhook-sender.js';
import { codeBlocks } from '../support/docs/page-blocks.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const PAGE = join('docs', 'notices.md');
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const body = '{"type":"test","data":{"name":"Ünïcödé"}}';
const folder = temporaryFolder('signature');
afterAll(() => rmSync(folder, { recursive: true }));

const now = () => Math.floor(Date.now() / 1_000).toString();
const headersOf = (timestamp = now(), id = 'n-1') => ({
  'webhook-id': id,
  'webhook-timestamp': timestamp,
  'webhook-signature': signatureOf({ secret, id, timestamp, body }),
});
type Headers = ReturnType<typeof headersOf>;

it('is that of the specification’s own example', () => {
  const signed = { secret, id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: '1614265330', body: '{"test": 2432232314}' };
  expect(signatureOf(signed)).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

/** What the page shows for a language, as a function that says whether it takes a webhook. */
async function inNode(): Promise<(headers: Headers, body: string, secret: string) => boolean> {
  const file = join(folder, 'verify.mjs');
  writeFileSync(file, codeBlocks(PAGE, 'js')[0]!);
  const { verify } = (await import(pathToFileURL(file).href)) as { verify: (...given: unknown[]) => void };
  return (headers, text, key) => {
    try {
      verify(key, headers, Buffer.from(text));
      return true;
    } catch {
      return false;
    }
  };
}

function inPython(): (headers: Headers, body: string, secret: string) => boolean {
  const call = 'import json, sys\nsecret, headers, body = json.load(sys.stdin)\nverify(secret, headers, body.encode())\n';
  const file = join(folder, 'verify.py');
  writeFileSync(file, `${codeBlocks(PAGE, 'python')[0]!}\n${call}`);
  return (headers, text, key) => spawnSync('python3', [file], { input: JSON.stringify([key, headers, text]) }).status === 0;
}

const hasPython = spawnSync('python3', ['-c', 'assert "".removeprefix("")  == ""']).status === 0;
if (!hasPython) process.stderr.write('SKIPPED: the signature in Python; it needs Python 3.9.\n');

describe.each([['Node.js', inNode] as const, ...(hasPython ? [['Python', inPython] as const] : [])])(
  'Code of the page in %s',
  (_, make) => {
    let takes: (headers: Headers, body: string, secret: string) => boolean;
    beforeAll(async () => {
      takes = await make();
    });

    it('takes what Tallygate signs, and nothing else', () => {
      const [signed, other] = [headersOf(), `whsec_${Buffer.alloc(24, 1).toString('base64')}`];
      const verdicts = [
        takes(signed, body, secret),
        takes({ ...signed, 'webhook-signature': `v1,AAAA ${signed['webhook-signature']}` }, body, secret),
        takes(signed, `${body} `, secret),
        takes(signed, body, other),
        takes({ ...signed, 'webhook-id': 'n-2' }, body, secret),
        takes({ ...signed, 'webhook-signature': 'v1,AAAA' }, body, secret),
        takes(headersOf(`${Number(now()) - 3_600}`), body, secret),
      ];
      expect(verdicts).toEqual([true, true, false, false, false, false, false]);
    });
  },
);
