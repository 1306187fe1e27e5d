/** A place in the outbox: behind a call, or where the next one will be. Text, since neither number fits into JavaScript's. */
export interface OutboxPlace {
  /** The transaction that committed the call, a 64-bit number. */
  tx: string;
  seq: string;
}

const PLACE = /^(\d{1,19})-(\d{1,18})$/;

/** A place as an event's id. */
export const idOf = ({ tx, seq }: OutboxPlace): string => `${tx}-${seq}`;

/** The place that an id was made of; undefined for anything else. */
export function placeOf(id: string | undefined): OutboxPlace | undefined {
  const [, tx, seq] = PLACE.exec(id ?? '') ?? [];
  return tx === undefined ? undefined : { tx, seq: seq! };
}

/** Whether a place is behind another one. */
export const isBehind = (place: OutboxPlace, other: OutboxPlace): boolean =>
  BigInt(place.tx) === BigInt(other.tx) ? BigInt(place.seq) > BigInt(other.seq) : BigInt(place.tx) > BigInt(other.tx);
