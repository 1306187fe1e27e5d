import { ServerHealthDto } from '../server.dto.js';
import { HalfHourDto } from './half-hour.dto.js';

/** A check that failed. */
export class FailedCheckDto {
  at!: Date;
  /** Why, without secrets; for callers with `gateway:write` with the last words of its program or with what can be done. */
  error!: string;
}

/** How a server is and has been. */
export class ServerHistoryDto {
  /** As the replica that answers knows it. */
  now!: ServerHealthDto;
  /** The last 48, the one that runs last. */
  half_hours!: HalfHourDto[];
  /** The last check of these that failed; null where none did. */
  last_error!: FailedCheckDto | null;
}
