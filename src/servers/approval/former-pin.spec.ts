import { expect, it } from '@jest/globals';
import { formerPinOf } from './former-pin.js';

it('the pin of earlier releases is what they stored', () => {
  const inputSchema = { type: 'object' as const };
  const look = { id: 'look', name: 'look', description: 'Reads.', inputSchema, annotations: { readOnlyHint: true } };
  expect(formerPinOf({ ...look, json: {}, text: '' })).toBe('eb13f15b8eab19d0579409a4f7407e390dcb7df23ebff7dfb2144a639b593920');
});
