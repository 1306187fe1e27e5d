import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsOptional, IsUUID } from 'class-validator';

/**
 * Text without control characters (`Cc` of Unicode): it is shown in lists and terminals, and PostgreSQL stores no NUL.
 * Spelled out, since the patterns of the API document are read by programs whose regular expressions have no `\p`.
 */
export const PRINTABLE = /^[^\u0000-\u001f\u007f-\u009f]*$/;

/** Removes white space around a text. */
export const Trimmed = () => Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value));

/** A filter by an id. A name in its place is refused, since a list without a line would not say why. ClickHouse has ids as text, in lower case. */
export const IdFilter = () =>
  applyDecorators(
    IsUUID(),
    IsOptional(),
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.toLowerCase() : value)),
  );

/** For the API document: a rate, an average or a measured time. Every other number is whole. */
export const Fraction = () => ApiProperty({ type: 'number', format: 'double' });
