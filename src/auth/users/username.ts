/** Letters, digits, `.`, `_`, `-`; no `@`, so that a user name is never mistaken for an e-mail. */
export const USERNAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** A user name for someone who chose none: the e-mail's local part, without what a user name may not have. */
export function usernameFrom(email: string): string {
  const [local = ''] = email.split('@');
  const cleaned = local.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  return cleaned.slice(0, 48) || 'user';
}
