/** A PostgreSQL array of values that need no quoting; cheaper than the driver's own. */
export const array = <T>(items: T[], value: (item: T) => string | number): string => `{${items.map(value).join()}}`;
