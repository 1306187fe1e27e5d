/** Letters, digits, `.`, `_`, `-`; no `@`, so that a user name is never mistaken for an e-mail. */
export const USERNAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Derives a user name from an e-mail: its local part, without the characters a user name may not have. */
export function usernameFrom(email: string): string {
  const [local = ''] = email.split('@');
  const cleaned = local.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  return cleaned.slice(0, 48) || 'user';
}
