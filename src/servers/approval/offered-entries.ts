import { createHash } from 'node:crypto';
import type { Definition, OfferedLists, OfferKind } from '../connection/definitions.js';
import { pinOf } from './pin.js';

/** What of a definition is pinned: what it is called by, and its text. */
type Offer = Pick<Definition, 'id' | 'text'>;

/** Something that a server offers now. */
export interface OfferedEntry {
  kind: OfferKind;
  /** The server's own name of it, or its address. */
  name: string;
  /** Stands for the name. */
  key: string;
  pin: string;
  offer: Offer;
}

/** Characters of definitions that are read before others have their turn: a server may write 16 million. */
const CHARS_AT_ONCE = 65_536;

/** An entry for each thing that a server offers, one for each name. */
export async function entriesOf(lists: OfferedLists): Promise<OfferedEntry[]> {
  const entries = new Map<string, OfferedEntry>();
  let chars = 0;
  for (const [kind, offers] of offersIn(lists)) {
    for (const offer of offers) {
      const entry = { kind, name: offer.id, key: keyOf(offer.id), pin: pinOf(kind, offer.text), offer };
      entries.set(idOf(entry), entry);
      chars += offer.text.length;
      if (chars > CHARS_AT_ONCE) chars = await new Promise<number>((resolve) => setImmediate(resolve, 0));
    }
  }
  return [...entries.values()];
}

function offersIn({ tools, prompts, resources, templates, instructions }: OfferedLists): [OfferKind, readonly Offer[]][] {
  const told = instructions === undefined ? [] : [{ id: 'instructions', text: JSON.stringify({ instructions }) }];
  return [
    ['tool', tools],
    ['prompt', prompts],
    ['resource', resources],
    ['template', templates],
    ['instructions', told],
  ];
}

/** The lists with nothing in them but these entries. */
export function onlyThese(entries: readonly OfferedEntry[], { instructions, ...lists }: OfferedLists): OfferedLists {
  const offers: ReadonlySet<Offer> = new Set(entries.map(({ offer }) => offer));
  const isTold = instructions !== undefined && entries.some(({ kind }) => kind === 'instructions');
  return {
    tools: lists.tools.filter((tool) => offers.has(tool)),
    prompts: lists.prompts.filter((prompt) => offers.has(prompt)),
    resources: lists.resources.filter((resource) => offers.has(resource)),
    templates: lists.templates.filter((template) => offers.has(template)),
    ...(isTold && { instructions }),
    unusable: lists.unusable,
  };
}

/** The same for an entry wherever it is read. */
export const idOf = ({ kind, key }: Pick<OfferedEntry, 'kind' | 'key'>): string => `${kind} ${key}`;

/** Addresses are longer than an index takes. */
export const keyOf = (name: string): string => createHash('sha256').update(name).digest('base64url');
