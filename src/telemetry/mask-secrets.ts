import { MASK } from '../common/secrets/mask-text.js';

/** Whatever looks like a Tallygate key or cookie, a secret of Stripe's, or a bearer credential. */
const SECRET =
  /\b(sk-|mcp_|[sr]k_(live|test)_|whsec_)[0-9A-Za-z]{8,}|(?<=\bBearer\s)[\w.~+/=-]{8,}|(?<=\b(__Host-tallygate|tallygate_\d{1,5})=)[\w-]{8,}/g;
/** A run of characters that JWTs are made of. One that begins in the middle of such a run would be looked for again and again. */
const DOTTED = /[\w.-]+/g;

/**
 * Replaces what is a secret by its shape, whatever it is named, in free text by its first characters and an ellipsis, e.g. `sk-a1b2…`. Strangers write such text, so that the
 * time is linear in its length whatever it is.
 */
export function maskSecrets(text: string): string {
  const masked = text.replace(SECRET, shortened);
  return masked.includes('eyJ') ? masked.replace(DOTTED, maskJwt) : masked;
}

/** Masks from the first part on that begins as a JWT does, if two more follow. */
function maskJwt(run: string): string {
  const parts = run.split('.');
  let start = 0;
  for (const [index, part] of parts.slice(0, -2).entries()) {
    const at = part.search(/\beyJ[\w-]{8}/);
    if (at !== -1 && parts[index + 1]!.length >= 8) return run.slice(0, start + at) + shortened(run.slice(start + at));
    start += part.length + 1;
  }
  return run;
}

const shortened = (secret: string): string => `${secret.slice(0, 7)}${MASK}`;
