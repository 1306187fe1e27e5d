import { KIND_WORDS, OFFER_KINDS, type OfferKind } from '../connection/definitions.js';

/** How much of a server waits for approval, by kind; what is absent is none. */
export type WaitingOffers = { readonly [kind in OfferKind]?: number };

export function waitingAmong(entries: readonly { kind: OfferKind }[]): WaitingOffers {
  const counts: { [kind in OfferKind]?: number } = {};
  for (const { kind } of entries) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

export const countOf = (waiting: WaitingOffers): number => Object.values(waiting).reduce((sum, count) => sum + count, 0);

/** What waits and the command that shows it, in words for an operator; empty where nothing does. */
export function waitingWords(server: string, waiting: WaitingOffers = {}): string {
  const parts = OFFER_KINDS.flatMap((kind) => (waiting[kind] ? [words(kind, waiting[kind])] : []));
  if (parts.length === 0) return '';
  const isOne = countOf(waiting) === 1 && !waiting.instructions;
  return `${parts.join(', ')} ${isOne ? 'waits' : 'wait'} for approval: tallygate servers tools ${server} --diff`;
}

/** A server has instructions once. */
const words = (kind: OfferKind, count: number): string =>
  kind === 'instructions' ? 'its instructions' : `${count} ${KIND_WORDS[kind]}${count === 1 ? '' : 's'}`;
