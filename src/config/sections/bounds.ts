/** Bounds of what people give, which forms of the portal have, too. */

/** Most credits that one call costs. */
export const PRICE_MAX = 1_000_000;
/** Most credits that a tier gives a month. */
export const TIER_CREDITS_MAX = 1_000_000_000;
/** Most credits of a key's budget. */
export const CREDIT_BUDGET_MAX = 1_000_000_000;
/** Most requests an hour that a key or a tier is given. */
export const RATE_LIMIT_MAX = 10_000_000;
/** Characters of a settings file that is handed in to be checked. */
export const SETTINGS_TEXT_MAX = 262_144;
/** Characters of a password; a hash of a longer one would cost without end. */
export const PASSWORD_MIN = 8;
export const PASSWORD_MAX = 256;
/** Most credits below which somebody wants to be told. */
export const LOW_BALANCE_MAX = 1_000_000_000;
/** Characters of the URL of a user's endpoint. */
export const WEBHOOK_URL_MAX = 2_048;
