import type { Request } from 'express';
import { UI_ROOT } from '../http/ui-root.js';

/** Where people reach REST: as the operator says, else where the request came to. Without a slash at its end. */
export function gatewayUrl(
  { protocol, host }: Pick<Request, 'protocol' | 'host'>,
  { public_url }: { public_url?: string | undefined },
): string {
  return (public_url ?? `${protocol}://${host}`).replace(/\/$/, '');
}

/** A page of the portal, such as `credits`; where there is no portal, what is at the gateway's root. */
export function portalUrl(request: Pick<Request, 'protocol' | 'host'>, values: PortalPlace, page: string): string {
  return gatewayUrl(request, values) + (values.portal.enabled ? UI_ROOT + page : '/');
}

interface PortalPlace {
  public_url?: string | undefined;
  portal: { enabled: boolean };
}
