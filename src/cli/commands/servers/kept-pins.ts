import { text } from 'node:stream/consumers';
import type { components, GatewayClient } from '../../../client/gateway-client.js';
import { itemsOf, membersOf, textAt } from '../../../common/json-text/json-members.js';

type Pin = components['schemas']['ServerPinDto'];

/** As many as one page has. */
const PAGE_SIZE = 100;

/** What a server offers, its definitions as the texts that the gateway keeps. */
export interface KeptPin extends Omit<Pin, 'definition' | 'approved_definition'> {
  definition: string | null;
  approved_definition: string | null;
  /** All of it. */
  json: string;
}

/** All pages of them. */
export async function pinsOf(
  gateway: GatewayClient,
  id: string,
  asked: { kind?: Pin['kind']; state?: Pin['state'] },
): Promise<KeptPin[]> {
  const pins: KeptPin[] = [];
  for (let page = 1; ; page += 1) {
    const json = await text(await gateway.openPins(id, { ...asked, page, page_size: PAGE_SIZE }));
    const found = itemsOf(textAt(['pins'], json) ?? '[]').map(keptPin);
    pins.push(...found);
    if (found.length === 0 || pins.length >= Number(textAt(['total'], json))) return pins;
  }
}

function keptPin(json: string): KeptPin {
  const members = membersOf(json);
  const definitionAt = (name: string): string | null => (members.get(name) === 'null' ? null : (members.get(name) ?? null));
  const texts = { definition: definitionAt('definition'), approved_definition: definitionAt('approved_definition') };
  return { ...(JSON.parse(json) as Pin), ...texts, json };
}
