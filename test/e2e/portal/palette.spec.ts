import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { GatewayProcess } from '../../support/gateway/gateway-process.js';
import { inBrowser } from '../../support/portal/in-browser.js';
import { openBrowser, PortalPage } from '../../support/portal/portal-browser.js';

jest.setTimeout(60_000);

const ANNA = { username: 'anna', email: 'anna@example.com', password: 'annas long password' };

inBrowser('the list of everything that Ctrl K opens', () => {
  let gateway: GatewayProcess;
  let browser: Browser;
  let portal: PortalPage;
  beforeAll(async () => {
    [gateway, browser] = await Promise.all([GatewayProcess.start(), openBrowser()]);
    await gateway.rest('POST', '/auth/users', ANNA);
    await gateway.rest('POST', '/api/mcp-keys/create', { key_name: 'laptop-cursor' });
    portal = await PortalPage.open(browser, gateway, { permissions: ['clipboard-read', 'clipboard-write'] });
    await portal.signInAsAdmin(gateway);
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.destroy();
  });

  const field = (on = portal) => on.page.getByRole('combobox', { name: 'A page, a key, a tool or what to do' });
  const option = (name: string | RegExp, on = portal) => on.page.getByRole('option', { name });
  async function type(text: string, on = portal): Promise<void> {
    await on.page.keyboard.press('Control+k');
    await field(on).fill(text);
  }

  it('goes to pages, and begins with them', async () => {
    await type('aud');
    await portal.page.keyboard.press('Enter');
    await portal.page.waitForURL('**/ui/admin/audit');
    expect(await portal.page.getByRole('dialog').count()).toBe(0);
  });

  it.each([
    ['laptop', /laptop-cursor/, '/ui/keys/'],
    ['greet', /^greet/, '/ui/tools/'],
    ['anna@', /anna@example.com anna/, '/ui/admin/users/'],
  ])('finds %j', async (wanted, name, path) => {
    await type(wanted);
    await option(name).first().waitFor();
    await option(name).first().click();
    await portal.page.waitForURL(`**${path}**`);
  });

  it('is gone through by arrows, in a circle, and says which one is meant', async () => {
    await type('theme');
    const active = async () => {
      const id = await field().getAttribute('aria-activedescendant');
      return portal.page.locator(`[id="${id}"]`).textContent();
    };
    expect(await active()).toContain('as the system');
    await portal.page.keyboard.press('ArrowUp');
    expect(await active()).toContain('dark');
    await portal.page.keyboard.press('Enter');
    await portal.page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await portal.page.evaluate('document.documentElement.style.colorScheme')).toBe('dark');
    expect(await portal.barriers()).toEqual([]);
  });

  it('has no barrier, with results and without, 360 pixels wide too', async () => {
    for (const width of [1280, 360]) {
      await portal.page.setViewportSize({ width, height: 800 });
      for (const wanted of ['', 'an', 'there is no such thing']) {
        await type(wanted);
        await portal.settled();
        expect({ wanted, barriers: await portal.barriers() }).toEqual({ wanted, barriers: [] });
        expect(await portal.overflow()).toBe(0);
        await portal.page.keyboard.press('Escape');
      }
    }
    await portal.page.setViewportSize({ width: 1280, height: 800 });
    expect(portal.complaints).toEqual([]);
  });

  it('copies the address of MCP, and gives the focus back when it is closed', async () => {
    await portal.goTo('/keys');
    await portal.page.getByRole('searchbox', { name: 'Search keys' }).focus();
    await type('copy');
    await portal.page.keyboard.press('Enter');
    await portal.page.getByText('Copied http').waitFor();
    expect(await portal.page.evaluate('navigator.clipboard.readText()')).toMatch(/\/mcp$/);
    await portal.page.keyboard.press('Escape');
    await portal.page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await portal.page.evaluate('document.activeElement.ariaLabel')).toBe('Search keys');
  });

  it('opens the form of a new key from anywhere', async () => {
    await portal.goTo('/calls');
    await type('make a key');
    await portal.page.keyboard.press('Enter');
    await portal.page.getByRole('dialog', { name: 'Make a key' }).waitFor();
  });

  it('leads administrators to the form of a new server', async () => {
    await portal.goTo('/calls');
    await type('add a server');
    await portal.page.keyboard.press('Enter');
    await portal.page.getByRole('heading', { name: 'Template' }).waitFor();
    expect(new URL(portal.page.url()).pathname).toBe('/ui/admin/servers/new');
  });

  it('never opens what was found for something typed before, however late that comes', async () => {
    await portal.goTo('/');
    let answer = () => {};
    const held = new Promise<void>((resolve) => (answer = resolve));
    await portal.page.route('**/api/mcp-keys/list?search=laptop*', async (asked) => {
      await held;
      await asked.continue();
    });
    await type('laptop');
    await portal.page.waitForRequest('**/api/mcp-keys/list?search=laptop*');
    await field().fill('greet');
    await option(/^greet/)
      .first()
      .waitFor();
    const late = portal.page.waitForResponse('**/api/mcp-keys/list?search=laptop*');
    answer();
    await late;
    await portal.settled();
    expect(await option(/laptop/).count()).toBe(0);
    await portal.page.keyboard.press('Escape');
  });

  it('says what it could not search, and shows the rest', async () => {
    await portal.page.route('**/api/admin/users?**', (asked) => asked.fulfill({ status: 500, json: { detail: 'no' } }));
    await type('greet');
    await portal.page.getByText('Not searched, since the gateway did not answer for them: users').waitFor();
    expect(await option(/^greet/).count()).toBeGreaterThan(0);
  });

  it('has nothing of administration for a user', async () => {
    const hers = await PortalPage.open(browser, gateway);
    await hers.signIn(ANNA.username, ANNA.password);
    const asked: string[] = [];
    hers.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await type('a', hers);
    await hers.settled();
    await option(/^add/, hers).first().waitFor();
    expect(await option('Audit', hers).count()).toBe(0);
    expect(asked.filter((path) => /admin|servers/.test(path))).toEqual([]);
  });
});
