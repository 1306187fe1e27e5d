import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';

interface Field {
  obj: Record<string, unknown>;
  key: string;
}

const WHOLE_NUMBER = /^-?\d{1,16}$/;

const FLAGS: Record<string, boolean> = { true: true, false: false };

/**
 * Text without control characters (`Cc` of Unicode): it is shown in lists and terminals, and PostgreSQL stores no NUL.
 * Spelled out, since the patterns of the API document are read by programs whose regular expressions have no `\p`.
 */
export const PRINTABLE = /^[^\u0000-\u001f\u007f-\u009f]*$/;

/** Removes white space around a text. */
export const Trimmed = () => Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value));

/** Reads the digits of a whole number in a query or a path. Other text stays as it is, for `IsInt` to refuse: `''` is not 0, and `0x10` is not 16. */
export const WholeNumber = () =>
  Transform(({ value }: { value: unknown }) => (typeof value === 'string' && WHOLE_NUMBER.test(value) ? Number(value) : value));

/** Reads `true` and `false`, also from a query. The original text is read, since a converted one would always be true. */
export const Flag = () => Transform(({ obj, key }: Field) => FLAGS[String(obj[key])] ?? obj[key]);

/** For the API document: a rate, an average or a measured time. Every other number is whole. */
export const Fraction = () => ApiProperty({ type: 'number', format: 'double' });
