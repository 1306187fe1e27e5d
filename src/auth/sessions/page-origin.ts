import type { Request } from 'express';

/** What no page of another origin can send without being asked for leave first, which nobody gives it for cookies. */
export const PORTAL_HEADER = 'x-tallygate-portal';

/** What a request tells of the page it comes from. */
export type FromPage = Pick<Request, 'method' | 'secure' | 'host' | 'headers'>;

const OTHER_PAGE =
  "A sign-in of the portal counts for pages of the gateway's own address only, and this request comes from another one. Behind a proxy, let it pass on Host, or set public_url.";
const NO_HEADER = 'A request with the sign-in of the portal needs the header X-Tallygate-Portal: 1.';
const NO_PAGE =
  'A request with the sign-in of the portal must say that it comes from the gateway\'s own page: "Sec-Fetch-Site: same-origin", or an Origin. Programs send an API key or a login token instead.';

/**
 * Why a browser's cookie does not count in a request; undefined where it does. A browser sends cookies along whoever's page makes it ask
 * (CSRF), and `SameSite` calls another port of the host the same site. Reads are refused to other pages too: they may be streams.
 * @param publicUrl Where a proxy has the gateway, if the operator said so.
 */
export function otherPageRefusal(request: FromPage, publicUrl?: string): string | undefined {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined && !isOwn(origin, request, publicUrl)) return OTHER_PAGE;
  if (request.method === 'GET' || request.method === 'HEAD')
    return site === undefined || site === 'same-origin' || site === 'none' ? undefined : OTHER_PAGE;
  if (request.headers[PORTAL_HEADER] !== '1') return NO_HEADER;
  if (site === undefined) return origin === undefined ? NO_PAGE : undefined;
  return site === 'same-origin' ? undefined : OTHER_PAGE;
}

/** By host and port as the browser asked them. Whether TLS ended before the gateway it may not know; where it does, plain HTTP is another origin. */
function isOwn(origin: string, { secure, host }: FromPage, publicUrl: string | undefined): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host: authority, origin: page } = new URL(origin);
  if (publicUrl !== undefined && page === new URL(publicUrl).origin) return true;
  if (protocol !== 'https:' && (secure || protocol !== 'http:')) return false;
  const own = `${protocol}//${host ?? ''}`;
  return URL.canParse(own) && new URL(own).host === authority;
}
