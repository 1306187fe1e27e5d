import { count, plural } from '../../../app/words';

/** What the gateway could not find out is said to be so: a 0 would be an answer. */
export const NOT_KNOWN = 'not known';

/** A number with its unit. */
export const known = (value: number | null | undefined, one: string, many?: string): string =>
  value == null ? NOT_KNOWN : plural(value, one, many);

const GB = 1_000_000_000;

/** Room in a file system, as `12.5 GB of 100 GB free`. */
export const room = (disk: { free_bytes: number; total_bytes: number } | null | undefined): string =>
  disk == null ? NOT_KNOWN : `${gigabytes(disk.free_bytes)} of ${gigabytes(disk.total_bytes)} free`;

const gigabytes = (bytes: number): string =>
  `${count(bytes < 10 * GB ? Math.round((bytes / GB) * 10) / 10 : Math.round(bytes / GB))} GB`;
