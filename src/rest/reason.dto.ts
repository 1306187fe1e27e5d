import { IsOptional, IsString, Length, Matches } from 'class-validator';
import { PRINTABLE, Trimmed } from './dto-fields.js';

/** Why something is done that needs no reason. */
export class ReasonDto {
  /** For whoever looks at the audit log later; 1 to 500 characters. */
  @Matches(PRINTABLE, { message: 'reason must not contain control characters' })
  @Length(1, 500)
  @IsString()
  @Trimmed()
  @IsOptional()
  reason?: string;
}
