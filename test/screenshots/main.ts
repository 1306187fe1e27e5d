import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import type { GatewayProcess } from '../support/gateway/gateway-process.js';
import { hasBrowser, openBrowser, PortalPage } from '../support/portal/portal-browser.js';
import { portalPaths } from '../support/portal/portal-paths.js';
import { demonstration } from './demonstration.js';

const FOLDER = 'screenshots';
/** Those that the documentation shows. */
const SHOWN = ['overview', 'connect', 'keys', 'calls', 'tools-get_daily_bars', 'usage', 'admin', 'admin-approvals'];
const SHOWN_FOLDER = join('docs', 'screenshots');
const MORE = ['/tools/get_daily_bars'];

if (!hasBrowser) throw new Error('Install chromium to make pictures of the portal.');
mkdirSync(FOLDER, { recursive: true });
mkdirSync(SHOWN_FOLDER, { recursive: true });
const gateway = await demonstration();
const browser = await openBrowser();
for (const theme of ['light', 'dark'] as const) for (const width of [1280, 360]) await take(browser, gateway, theme, width);
for (const name of SHOWN) copyFileSync(join(FOLDER, `${name}-light-1280.png`), join(SHOWN_FOLDER, `${name}.png`));
await browser.close();
await gateway.destroy();
process.stdout.write(
  `${FOLDER}/: every page, light and dark, 1280 and 360 pixels wide. ${SHOWN_FOLDER}/: those of the documentation.\n`,
);

async function take(browser: Browser, gateway: GatewayProcess, colorScheme: 'light' | 'dark', width: number): Promise<void> {
  const portal = await PortalPage.open(browser, gateway, { colorScheme, viewport: { width, height: 800 } });
  await portal.signInAsAdmin(gateway);
  for (const path of [...portalPaths(), ...MORE]) {
    await portal.goTo(path);
    const name = path === '/' ? 'overview' : path.slice(1).replaceAll('/', '-');
    await portal.page.screenshot({ path: join(FOLDER, `${name}-${colorScheme}-${width}.png`), fullPage: width !== 1280 });
  }
}
