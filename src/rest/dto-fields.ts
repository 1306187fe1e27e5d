import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsISO8601, IsOptional, IsTimeZone, IsUUID, Matches } from 'class-validator';

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

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;
const INSTANT_WORDS = { message: '$property must be a time with its zone, e.g. 2026-11-28T10:00:00Z' };

/** An instant, which a time without its zone is not. */
export const Instant = () =>
  applyDecorators(IsISO8601({ strict: true }, INSTANT_WORDS), Matches(INSTANT, INSTANT_WORDS), IsOptional());

/** A name of the IANA's, which every database of time zones knows; a mere offset has no days of 23 hours. */
export const TimeZone = () =>
  applyDecorators(
    IsTimeZone({ message: '$property must be a time zone of the IANA, e.g. Europe/Berlin' }),
    Matches(/^[A-Za-z]/, { message: '$property must be a time zone of the IANA, e.g. Europe/Berlin' }),
    IsOptional(),
  );

/** For the API document: a rate, an average or a measured time. Every other number is whole. */
export const Fraction = () => ApiProperty({ type: 'number', format: 'double' });
