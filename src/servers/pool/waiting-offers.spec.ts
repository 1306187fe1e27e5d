import { describe, expect, it } from '@jest/globals';
import type { OfferKind } from '../connection/definitions.js';
import { countOf, waitingAmong, waitingWords } from './waiting-offers.js';

const SHOWN_BY = 'for approval: tallygate servers tools crm --diff';

describe('what waits for approval, in words', () => {
  it.each<[string, OfferKind[], string]>([
    ['is nothing where nothing does', [], ''],
    ['is one tool', ['tool'], `1 tool waits ${SHOWN_BY}`],
    ['is counted by kind', ['prompt', 'tool', 'template', 'tool'], `2 tools, 1 prompt, 1 resource template wait ${SHOWN_BY}`],
    ['are the instructions, which it has once', ['instructions'], `its instructions wait ${SHOWN_BY}`],
  ])('%s', (_, kinds, words) => {
    const waiting = waitingAmong(kinds.map((kind) => ({ kind })));
    expect([countOf(waiting), waitingWords('crm', waiting)]).toEqual([kinds.length, words]);
  });
});
