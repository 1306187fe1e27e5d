import { ApiProperty } from '@nestjs/swagger';
import { Fraction } from '../../rest/dto-fields.js';
import { CHECK_STATES, type CheckState } from './half-hours.js';

/** How a server was in a half hour, by the checks of all replicas. */
export class HalfHourDto {
  from!: Date;
  /**
   * The worst of it: `ok`, `degraded` when checks or calls failed and it still got calls, `down` when it got none of some replica at a check; null
   * where nobody checked it, as when it was off or the gateway was.
   */
  @ApiProperty({ enum: CHECK_STATES, nullable: true })
  state!: CheckState | null;
  checks!: number;
  /** How many of them failed. */
  failed!: number;
  /** How long the others took on average, in milliseconds; null where there are none. */
  @Fraction()
  latency_ms!: number | null;
}
