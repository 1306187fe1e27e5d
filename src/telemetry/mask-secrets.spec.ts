import { expect, it } from '@jest/globals';
import { leastCpuMs, QUICK_MS } from '../../test/support/cpu-time.js';
import { maskSecrets } from './mask-secrets.js';

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZG1pbiJ9.c2lnbmF0dXJlLXNpZ25hdHVyZQ';

it.each([
  ['key sk-a1b2c3d4e5f6 is', 'key sk-a1b2… is'],
  ['mcp_0123456789', 'mcp_012…'],
  ['whsec_abcdefgh12', 'whsec_a…'],
  ['Authorization: Bearer abcdefgh.ijkl', 'Authorization: Bearer abcdefg…'],
  [`token=${jwt}&x=1`, 'token=eyJhbGc…&x=1'],
  [`a.b-${jwt}.`, 'a.b-eyJhbGc…'],
  ['eyJ is no token, nor is eyJhbGciOiJI.short', 'eyJ is no token, nor is eyJhbGciOiJI.short'],
  ['v1.2.3 and file.name.txt', 'v1.2.3 and file.name.txt'],
])('masks %j', (text, masked) => {
  expect(maskSecrets(text)).toBe(masked);
});

it.each(['-eyJ', 'eyJ', 'eyJaaaaaaaa.', 'sk-', 'mcp_', 'Bearer ', 'a', '-eyJaaaaaaaa-'])(
  'takes a time that grows no faster than the text, such as of %j again and again',
  async (piece) => {
    const text = piece.repeat(2_000_000 / piece.length);
    expect(await leastCpuMs(() => maskSecrets(text))).toBeLessThan(QUICK_MS);
  },
);
