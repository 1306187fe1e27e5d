import type { Request } from 'express';

/** Where people reach REST: as the operator says, else where the request came to. Without a slash at its end. */
export function gatewayUrl(
  { protocol, host }: Pick<Request, 'protocol' | 'host'>,
  { public_url }: { public_url?: string | undefined },
): string {
  return (public_url ?? `${protocol}://${host}`).replace(/\/$/, '');
}
