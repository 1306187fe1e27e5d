import { IsEmail, IsIn, IsOptional, MaxLength } from 'class-validator';
import { BodyExample } from '../../rest/openapi/body-example.js';
import { ROLES, type Role } from '../access/scopes.js';
import { AdminUserDto, EMAIL, IsDisplayName, PasswordLinkDto } from '../users/user.dto.js';

/** Somebody who is invited. */
@BodyExample<InviteDto>({ email: 'ada@example.com', display_name: 'Ada Lovelace' })
export class InviteDto {
  @MaxLength(254)
  @IsEmail(EMAIL)
  email!: string;

  /** Default: `user`. */
  @IsIn(ROLES)
  @IsOptional()
  role?: Role;

  /** 1 to 200 characters. */
  @IsDisplayName()
  @IsOptional()
  display_name?: string;
}

/** An invitation: a link by which they set a password and come in, once. */
export class InvitationDto extends PasswordLinkDto {
  user!: AdminUserDto;
  /** Whether the link was mailed to them; null where this gateway mails nothing (`notices.smtp`). */
  is_mailed!: boolean | null;
}
