/** Whatever looks like a Tallygate key, a secret of Stripe's, a JWT or a bearer credential. */
const SECRET =
  /\b(sk-|mcp_|[sr]k_(live|test)_|whsec_)[0-9A-Za-z]{8,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+|(?<=\bBearer\s)[\w.~+/=-]{8,}/g;

/** Replaces secrets in free text by their first characters and an ellipsis, e.g. `sk-a1b2…`. */
export function maskSecrets(text: string): string {
  return text.replace(SECRET, (secret) => `${secret.slice(0, 7)}…`);
}
