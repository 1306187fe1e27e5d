import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { eventually } from '../../support/eventually.js';
import { GatewayProcess } from '../../support/gateway/gateway-process.js';
import { inBrowser } from '../../support/portal/in-browser.js';
import { namedPaths, portalPaths } from '../../support/portal/portal-paths.js';
import { openBrowser, PortalPage } from '../../support/portal/portal-browser.js';

jest.setTimeout(180_000);

const PATHS = portalPaths();
/** What strangers may write: nothing of it may run, or be a link. */
const HOSTILE = '<img src=x onerror="window.hurt=1"><a href="javascript:window.hurt=1">\u202ebidi';
/** Cards and tables that have more than they are wide, by their words. */
const CUT = `[...document.querySelectorAll('.card, .scroller')]
  .filter((one) => one.scrollWidth > one.clientWidth + 1)
  .map((one) => one.innerText.slice(0, 80))`;

inBrowser('the pages of the portal', () => {
  let gateway: GatewayProcess;
  let browser: Browser;
  let portal: PortalPage;
  beforeAll(async () => {
    const env = { GATEWAY_TEMPLATES: 'http,file-server' };
    [gateway, browser] = await Promise.all([GatewayProcess.start({ env }), openBrowser()]);
    await gateway.rest('POST', '/api/mcp-keys/create', { key_name: '<img src=x onerror="window.hurt=1">' });
    await gateway.rest('POST', '/tools/call', { server_id: 'examples', tool_name: 'greet', arguments: { name: HOSTILE } });
    await gateway.rest('POST', '/api/mcp/enable');
    const server = await gateway.rest('POST', '/servers', {
      template_name: 'file-server',
      config: { base_path: gateway.dataDir },
    });
    expect(server.text).toMatch(/"id"/);
    await eventually(async () => expect((await gateway.rest('GET', '/api/admin/calls')).json.records).toHaveLength(1));
    portal = await PortalPage.open(browser, gateway);
    await portal.signInAsAdmin(gateway);
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.destroy();
  });

  /** Where one page of each kind is, by its path in the table of pages. */
  const places: Record<string, () => Promise<string>> = {
    '/keys/:id': async () => (await gateway.rest('GET', '/api/mcp-keys/list')).json.keys[0].id,
    '/tools/:name': async () => 'get_daily_bars',
    '/admin/servers/:id': async () => (await gateway.rest('GET', '/servers')).json[0].id,
    '/admin/users/:id': async () => (await gateway.rest('GET', '/api/auth/me')).json.id,
    '/admin/accounts/:id': async () => String((await gateway.rest('GET', '/api/mcp/account')).json.id),
  };
  const addressOf = async (path: string) => (path.includes(':') ? path.replace(/:.*/, await places[path]!()) : path);

  it.each([...PATHS, ...namedPaths()])('%s has no barrier, no overflow and no complaint in any theme and width', async (path) => {
    await portal.goTo(await addressOf(path));
    if (path !== '/password') expect(await portal.page.locator('main [role=alert]').allTextContents()).toEqual([]);
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [1280, 360]) {
        await portal.page.emulateMedia({ colorScheme });
        await portal.page.setViewportSize({ width, height: 800 });
        const found = { barriers: await portal.barriers(), overflow: await portal.overflow(), complaints: portal.complaints };
        const cut = await portal.page.evaluate(CUT);
        expect({ colorScheme, width, ...found, cut }).toEqual({
          ...{ colorScheme, width, barriers: [], overflow: 0, complaints: [], cut: [] },
        });
      }
    expect(await portal.page.evaluate(() => (globalThis as { hurt?: number }).hurt)).toBeUndefined();
  });

  it('ask for nothing from anywhere else', async () => {
    const portal = await PortalPage.open(browser, gateway);
    const asked = new Set<string>();
    portal.page.on('request', (request) => asked.add(new URL(request.url()).origin));
    await portal.signInAsAdmin(gateway);
    for (const path of PATHS) await portal.goTo(path);
    expect([...asked].filter((origin) => origin !== 'null')).toEqual([gateway.restUrl]);
  });

  it.each(['/tools/%ff', '/keys/%ff', '/admin/servers/%ff'])('say that there is none at %s', async (path) => {
    const portal = await PortalPage.open(browser, gateway);
    await portal.signInAsAdmin(gateway);
    await portal.goTo(path);
    expect(await portal.page.title()).toBe('No such page · Tallygate');
    expect(portal.complaints).toEqual([]);
  });

  it('of one thing are called as it is, and leave the icon where it is', async () => {
    const portal = await PortalPage.open(browser, gateway);
    await portal.signInAsAdmin(gateway);
    await portal.goTo('/tools/greet');
    expect(await portal.page.title()).toBe('greet · Tallygate');
    await portal.page.getByRole('heading', { level: 1, name: 'greet' }).waitFor();
    await portal.page.getByRole('link', { name: 'All tools' }).click();
    await portal.page.getByRole('heading', { level: 1, name: 'Tools' }).waitFor();
    expect(await portal.page.evaluate('document.querySelector("link[rel=icon]").href')).toBe(
      `${gateway.restUrl}/ui/assets/icon.svg`,
    );
  });

  it('begin a dialog at its first field', async () => {
    const portal = await PortalPage.open(browser, gateway);
    await portal.signInAsAdmin(gateway);
    await portal.goTo('/admin/users');
    await portal.page.getByRole('button', { name: 'Make a user' }).click();
    const field = portal.page.getByRole('dialog').getByLabel('E-mail');
    await field.waitFor();
    expect(await field.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
  });

  it('fold the filters of calls on a narrow screen, and say how many of them choose', async () => {
    const portal = await PortalPage.open(browser, gateway, { viewport: { width: 360, height: 800 } });
    await portal.signInAsAdmin(gateway);
    await portal.goTo('/calls?tool=greet&outcome=ok');
    expect(await portal.page.getByLabel('Tool', { exact: true }).isVisible()).toBe(false);
    await portal.page.getByText('Filters, 2 on', { exact: true }).click();
    await portal.page.getByRole('button', { name: 'Clear filters' }).click();
    await portal.page.getByText('Filters', { exact: true }).click();
    expect(await portal.page.getByLabel('Tool', { exact: true }).isVisible()).toBe(false);
    await portal.page.setViewportSize({ width: 1280, height: 800 });
    await portal.page.getByLabel('Tool', { exact: true }).waitFor();
  });

  it('keep filters and place when one goes back', async () => {
    const portal = await PortalPage.open(browser, gateway);
    await portal.signInAsAdmin(gateway);
    await portal.goTo('/calls?tool=greet');
    await portal.page.getByRole('link', { name: 'API keys' }).click();
    await portal.page.waitForURL('**/ui/keys');
    await portal.page.goBack();
    await portal.settled();
    expect(await portal.page.getByLabel('Tool').inputValue()).toBe('greet');
  });

  async function atWork(path: string): Promise<PortalPage> {
    const portal = await PortalPage.open(browser, gateway);
    await portal.signInAsAdmin(gateway);
    await portal.goTo(path);
    return portal;
  }

  it.each([
    ['/admin/users', 'Made', /users\/[\w-]+$/],
    ['/admin/accounts', 'Used', /accounts\/\d+$/],
    ['/admin/servers', 'Tools', /servers\/[\w-]+$/],
    ['/keys', 'Calls, 30 days', /keys\/[\w-]+$/],
    ['/tools', 'Price', /tools\/\w+$/],
    ['/admin/calls', 'Took', /\?call=[\w-]+$/],
  ])('open a row of %s wherever it is clicked', async (path, column, address) => {
    const { page } = await atWork(path);
    await page.locator(`[data-label="${column}"]`).first().click();
    await page.waitForURL(address);
  });

  it('of everybody’s calls are led to those of a user and a key by a part of their names', async () => {
    const { page } = await atWork('/admin/calls');
    const of = async (label: string, words: string) => {
      await page.getByLabel(label, { exact: true }).fill(words);
      await page.keyboard.press('Enter');
    };
    await of('User', 'nobody@');
    await page.getByText('Nothing is called so.').waitFor();
    await of('User', 'admin@');
    await page.getByRole('button', { name: 'No longer of one user only' }).getByText('Of admin@localhost').waitFor();
    const { id, api_key_prefix, key_name } = (await gateway.rest('GET', '/api/admin/keys')).json.keys.at(-1);
    await of('Key', api_key_prefix);
    await page.getByRole('button', { name: 'No longer of one key only' }).getByText(`With ${key_name}`).waitFor();
    expect(new URL(page.url()).searchParams.get('key')).toBe(id);
    await page.getByRole('button', { name: 'greet' }).waitFor();
  });

  it('let the text of a row be selected without opening it, and follow the links in it', async () => {
    const { page } = await atWork('/admin/calls');
    const took = (await page.locator('[data-label="Took"]').first().boundingBox())!;
    await page.mouse.move(took.x + 1, took.y + took.height / 2);
    await page.mouse.down();
    await page.mouse.move(took.x + took.width - 1, took.y + took.height / 2, { steps: 4 });
    await page.mouse.up();
    expect([await page.evaluate('String(getSelection())'), new URL(page.url()).search]).toEqual([
      expect.stringMatching(/ms|s/),
      '',
    ]);
    await page.locator('[data-label="User"] a').first().click();
    await page.waitForURL(/users\/[\w-]+$/);
  });
});

describe('what a browser loads of the portal', () => {
  const folder = join('dist', 'ui', 'assets');
  const files = readdirSync(folder).filter((name) => /\.(js|css)$/.test(name));
  const sizeOf = (name: string) => gzipSync(readFileSync(join(folder, name))).length;
  const html = readFileSync(join('dist', 'ui', 'index.html'), 'utf8');

  it('is at most 60 kB for the first page, and 250 kB in all', () => {
    const overview = files.filter((name) => html.includes(name) || /^(Overview|Load|Time|Empty|BarChart)-/.test(name));
    expect(overview.length).toBeGreaterThan(4);
    expect(sum(overview)).toBeLessThan(60_000);
    expect(sum(files)).toBeLessThan(250_000);
  });

  it('is at most 15 kB more for each further page', () => {
    for (const name of files.filter((file) => !html.includes(file))) expect([name, sizeOf(name) < 15_000]).toEqual([name, true]);
  });

  it('has no script in the page itself', () => {
    expect(html).not.toMatch(/<script(?![^>]*src=)/);
  });

  const sum = (names: string[]) => names.reduce((all, name) => all + sizeOf(name), 0);
});
