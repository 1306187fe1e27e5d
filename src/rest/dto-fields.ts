import { Transform } from 'class-transformer';

interface Field {
  obj: Record<string, unknown>;
  key: string;
}

const FLAGS: Record<string, boolean> = { true: true, false: false };

/** Text without control characters: it is shown in lists and terminals, and PostgreSQL stores no NUL. */
export const PRINTABLE = /^\P{Cc}*$/u;

/** Removes white space around a text. */
export const Trimmed = () => Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value));

/** Reads `true` and `false`, also from a query. The original text is read, since a converted one would always be true. */
export const Flag = () => Transform(({ obj, key }: Field) => FLAGS[String(obj[key])] ?? obj[key]);
