import { applyDecorators } from '@nestjs/common';
import { IsString, Length } from 'class-validator';

/** Characters of a password; a hash of a longer one would cost without end. */
export const PASSWORD_MIN = 8;
export const PASSWORD_MAX = 256;

/** A new password. */
export const IsPassword = () => applyDecorators(IsString(), Length(PASSWORD_MIN, PASSWORD_MAX));
