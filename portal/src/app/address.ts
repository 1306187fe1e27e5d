import { UI_ROOT } from '../../../src/http/ui-root';

/** Where the gateway is, seen from the outside: a proxy may have put it below any path. Without a slash at the end. */
export const gatewayPath: string = location.pathname.slice(0, Math.max(0, location.pathname.indexOf(UI_ROOT)));

/** A path of the portal, e.g. `/keys`, as the browser's address has it. */
export const addressOf = (path: string): string => gatewayPath + UI_ROOT.slice(0, -1) + path;

/** The portal's path that the browser's address has. */
export const portalPath = (): string => location.pathname.slice(gatewayPath.length + UI_ROOT.length - 1).replace(/(?<=.)\/$/, '');
