import { expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { weaknessOf } from './foreign-secret.js';

/** The same bytes in every run, as random as can be. */
const bytes = (name: string, n: number) => createHash('sha512').update(`${name} ${n}`).digest();
const share = (name: string, make: (bytes: Buffer) => string) => {
  const made = Array.from({ length: 10_000 }, (_, n) => make(bytes(name, n)));
  return made.filter((secret) => weaknessOf(secret) !== undefined).length / made.length;
};

it.each([
  ['32 bytes in base64', 0.001, (random: Buffer) => random.subarray(0, 32).toString('base64')],
  ['32 bytes in URL-safe base64', 0.001, (random: Buffer) => random.subarray(0, 32).toString('base64url')],
  ['16 bytes in hex', 0.001, (random: Buffer) => random.subarray(0, 16).toString('hex')],
  ['16 bytes in base64', 0.01, (random: Buffer) => random.subarray(0, 16).toString('base64')],
])('random secrets are hardly ever taken for weak ones: %s', (name, most, make) => {
  expect(share(name, make)).toBeLessThanOrEqual(most);
});

it('looks at a text without end in linear time', () => {
  const started = performance.now();
  for (const text of ['a'.repeat(10_000_000), 'A'.repeat(200), 'aA'.repeat(100), 'key'.repeat(66)]) weaknessOf(text);
  expect(performance.now() - started).toBeLessThan(500);
});
