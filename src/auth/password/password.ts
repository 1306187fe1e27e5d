import { applyDecorators } from '@nestjs/common';
import { IsString, Length } from 'class-validator';
import { PASSWORD_MIN, PASSWORD_MAX } from '../../config/sections/bounds.js';

/** A new password. */
export const IsPassword = () => applyDecorators(IsString(), Length(PASSWORD_MIN, PASSWORD_MAX));
