/** Bounds of what operators ask of the data, which forms of the portal have, too. */

/** Imports that are listed. */
export const IMPORTS_LISTED_MAX = 100;

/** Trading days of a quarter of a made-up market. */
export const QUARTER_DAYS = 63;
/** A symbol's name has four digits. */
export const UNIVERSE_SYMBOLS_MAX = 9_999;
/** Until the first quarter has its statements, since a dataset cannot be filled without rows. */
export const UNIVERSE_DAYS_MIN = QUARTER_DAYS;
/** About forty years. */
export const UNIVERSE_DAYS_MAX = 10_000;
/** Rows of prices: companies times days. */
export const UNIVERSE_BARS_MAX = 20_000_000;
/** What is said of a number of days that is out of these bounds. */
export const UNIVERSE_DAYS_WORDS = `days must be a whole number from ${UNIVERSE_DAYS_MIN}, when the first quarterly statements come, to ${UNIVERSE_DAYS_MAX}`;
