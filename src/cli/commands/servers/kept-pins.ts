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

/** Which of them, by kind and state. */
type Asked = { kind?: Pin['kind']; state?: Pin['state'] };

/** All pages of them. What a page had no room for is asked for by itself. */
export async function pinsOf(gateway: GatewayClient, id: string, asked: Asked): Promise<KeptPin[]> {
  const pageOf = (page: number, size: number) => openPage(gateway, id, { ...asked, page, page_size: size });
  const pins: KeptPin[] = [];
  for (let page = 1; ; page += 1) {
    const { found, total } = await pageOf(page, PAGE_SIZE);
    for (const pin of found) {
      const [alone] = pin.is_left_out ? (await pageOf(pins.length + 1, 1)).found : [];
      pins.push(alone?.name === pin.name ? alone : pin);
    }
    if (found.length === 0 || pins.length >= total) return pins;
  }
}

async function openPage(gateway: GatewayClient, id: string, query: Asked & { page: number; page_size: number }) {
  const json = await text(await gateway.openPins(id, query));
  return { found: itemsOf(textAt(['pins'], json) ?? '[]').map(keptPin), total: Number(textAt(['total'], json)) };
}

function keptPin(json: string): KeptPin {
  const members = membersOf(json);
  const definitionAt = (name: string): string | null => (members.get(name) === 'null' ? null : (members.get(name) ?? null));
  const texts = { definition: definitionAt('definition'), approved_definition: definitionAt('approved_definition') };
  return { ...(JSON.parse(json) as Pin), ...texts, json };
}
