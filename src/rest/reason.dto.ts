import { applyDecorators } from '@nestjs/common';
import { IsOptional, IsString, Length, Matches } from 'class-validator';
import { PRINTABLE, Trimmed } from './dto-fields.js';

/** A reason that must be given. */
export const IsReason = () =>
  applyDecorators(
    Matches(PRINTABLE, { message: 'reason must not contain control characters' }),
    Length(1, 500),
    IsString(),
    Trimmed(),
  );

/** Why something is done that needs no reason. */
export class ReasonDto {
  /** For whoever looks at the audit log later; 1 to 500 characters. */
  @IsReason()
  @IsOptional()
  reason?: string;
}
