import { Injectable } from '@nestjs/common';
import { UsersService } from '../../auth/users/users.service.js';
import { jsonObject } from '../../common/json.js';
import type { OfferKind, Unusable } from '../connection/definitions.js';
import { ServerPool } from '../pool/server-pool.service.js';
import type { ServerPin } from './server-pins.repository.js';
import { ServerPins } from './server-pins.service.js';

const DESCRIPTION_SHOWN_CHARS = 2_000;
export const PIN_STATES = ['approved', 'quarantined', 'unusable'] as const;
export type PinState = (typeof PIN_STATES)[number];

/** What to show. */
export interface PinQuery {
  kind?: OfferKind | undefined;
  state?: PinState | undefined;
  page: number;
  page_size: number;
}

/** What servers offer, for an operator to look at: what is stored, and what this replica could not read at all, which comes last. */
@Injectable()
export class ShownPins {
  constructor(
    private readonly pins: ServerPins,
    private readonly pool: ServerPool,
    private readonly users: UsersService,
  ) {}

  /** @throws NOT_FOUND for a tool that the server has never offered. */
  async tool(serverId: string, name: string): Promise<Item> {
    return (await this.itemsOf([await this.pins.tool(serverId, name)]))[0]!;
  }

  /** A page as JSON, under this name; definitions are the texts that servers wrote. */
  async page(
    serverId: string,
    list: 'pins' | 'tools',
    { kind, state, page, page_size }: PinQuery,
    jsonOf: (item: Item) => string,
  ): Promise<string> {
    const [limit, offset] = [page_size, (page - 1) * page_size];
    const stored = state === 'unusable' ? NOTHING : await this.pins.list([serverId], { kind, state }, { limit, offset });
    const unusable = state === undefined || state === 'unusable' ? this.unusableOf(serverId, kind) : [];
    const from = Math.max(0, offset - stored.total);
    const shown = unusable.slice(from, from + limit - stored.pins.length);
    const json = [...(await this.itemsOf(stored.pins)), ...shown.map(unusableItem)].map((item) => jsonOf(item));
    const counts = { total: stored.total + unusable.length, page, page_size };
    return `{"${list}":[${json.join()}],${JSON.stringify(counts).slice(1)}`;
  }

  /** A page, of all these servers in their order, of what waits for approval. */
  async waitingPage(
    serverIds: readonly string[],
    { page, page_size }: Pick<PinQuery, 'page' | 'page_size'>,
    jsonOf: (item: Item, serverId: string) => string,
  ): Promise<string> {
    const part = { limit: page_size, offset: (page - 1) * page_size };
    const { pins, total } = await this.pins.list(serverIds, { state: 'quarantined' }, part);
    const items = await this.itemsOf(pins);
    const json = items.map((item, at) => jsonOf(item, pins[at]!.serverId));
    return `{"approvals":[${json.join()}],${JSON.stringify({ total, page, page_size }).slice(1)}`;
  }

  /** With the e-mails of those who approved them. */
  private async itemsOf(pins: readonly ServerPin[]): Promise<Item[]> {
    const names = await this.users.namesOf(pins.flatMap(({ approvedById }) => approvedById ?? []));
    return pins.map((pin) => itemOf(pin, (pin.approvedById && names.get(pin.approvedById)?.email) ?? null));
  }

  private unusableOf(serverId: string, kind: OfferKind | undefined): readonly Unusable[] {
    const unusable = this.pool.get(serverId)?.offered.unusable ?? [];
    return kind === undefined ? unusable : unusable.filter((one) => one.kind === kind);
  }
}

const NOTHING: { pins: ServerPin[]; total: number } = { pins: [], total: 0 };

/** An entry as it is shown. */
export interface Item {
  kind: OfferKind;
  name: string;
  description: string;
  pin: string | null;
  state: PinState;
  reason?: string;
  seen_at: Date | null;
  approved_at: Date | null;
  approved_by: string | null;
  /** JSON. */
  definition: string | null;
  approved_definition: string | null;
  is_left_out?: true;
}

const itemOf = (pin: ServerPin, approvedBy: string | null): Item => ({
  ...{ kind: pin.kind, name: pin.name, description: descriptionIn(pin.definition), pin: pin.pin, state: pin.state },
  ...{ seen_at: pin.seenAt, approved_at: pin.approvedAt, approved_by: approvedBy },
  ...{ definition: pin.definition, approved_definition: pin.approvedDefinition },
  ...(pin.isLeftOut && { is_left_out: true as const }),
});

const unusableItem = ({ kind, name, reason }: Unusable): Item => ({
  ...{ kind, name, description: '', pin: null, state: 'unusable', reason, seen_at: null },
  ...{ approved_at: null, approved_by: null },
  ...{ definition: null, approved_definition: null },
});

/** @param more What else is shown of it. */
export function pinJson({ definition, approved_definition, ...named }: Item, more: object): string {
  const members = Object.entries({ ...named, ...more }).map(([name, value]) => [name, JSON.stringify(value)] as const);
  const texts = { definition: definition ?? 'null', approved_definition: approved_definition ?? 'null' };
  return jsonObject({ ...Object.fromEntries(members), ...texts });
}

function descriptionIn(definition: string | null): string {
  const { description } = JSON.parse(definition ?? '{}') as { description?: unknown };
  return typeof description === 'string' ? description.slice(0, DESCRIPTION_SHOWN_CHARS) : '';
}
