import type { UsageEvent } from '../recording/usage-event.js';
import { ownerOf, RECORD_COLUMNS, UsageRecordDto, type NamedUser } from '../reports/usage-history.dto.js';
import { idOf, type OutboxPlace } from './outbox-place.js';
import type { PlacedCall } from './live-calls.repository.js';

/** A call that was just recorded, as the text of an event: made once, however many listen. */
export class LiveCall {
  readonly place: OutboxPlace;
  readonly event: UsageEvent;
  private ofOwn: string | undefined;
  private ofAny: string | undefined;

  constructor(
    { place, event }: PlacedCall,
    private readonly keyName: string | undefined,
    private readonly user: NamedUser | undefined,
  ) {
    this.place = place;
    this.event = event;
  }

  /** As its caller may see it. */
  get ownText(): string {
    return (this.ofOwn ??= this.textOf(this.record));
  }

  /** With whose it is. */
  get fullText(): string {
    return (this.ofAny ??= this.textOf({ ...this.record, ...ownerOf(this.event.user_id, this.user) }));
  }

  private get record(): object {
    const record = UsageRecordDto.of({ ...this.event, service: this.event.service_prefix }, this.keyName);
    return Object.fromEntries(RECORD_COLUMNS.map((column) => [column, record[column]]));
  }

  private textOf(record: object): string {
    return `id: ${idOf(this.place)}\ndata: ${JSON.stringify(record)}\n\n`;
  }
}
