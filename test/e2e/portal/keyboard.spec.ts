import { afterAll, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { GatewayProcess } from '../../support/gateway/gateway-process.js';
import { inBrowser } from '../../support/portal/in-browser.js';
import { openBrowser, PortalPage } from '../../support/portal/portal-browser.js';

jest.setTimeout(60_000);

inBrowser('the portal by the keyboard alone', () => {
  let gateway: GatewayProcess;
  let browser: Browser;
  let portal: PortalPage;
  beforeAll(async () => {
    [gateway, browser] = await Promise.all([GatewayProcess.start(), openBrowser()]);
    for (const name of ['one', 'two']) await call(gateway.apiKey, name);
    portal = await PortalPage.open(browser, gateway, { permissions: ['clipboard-read', 'clipboard-write'] });
    await portal.signInAsAdmin(gateway);
  });
  beforeEach(() => portal.goTo('/'));
  afterAll(async () => {
    await browser?.close();
    await gateway?.destroy();
  });

  const press = (...keys: string[]) =>
    keys.reduce((before, key) => before.then(() => portal.page.keyboard.press(key)), nothing());
  const nothing = () => Promise.resolve();
  const at = (path: string) => portal.page.waitForURL(`**/ui${path}`);
  /** What the focus is on, as it is called. */
  const focused = () =>
    portal.page.evaluate<string>(`(({ ariaLabel, labels, textContent }) =>
      (ariaLabel ?? labels?.[0]?.textContent ?? textContent).trim())(document.activeElement)`);
  const hasNoFocus = () => portal.page.evaluate<boolean>('document.activeElement === document.body');
  const copied = () => portal.page.evaluate<string>('navigator.clipboard.readText()');
  const call = (apiKey: string, name: string) =>
    gateway.rest('POST', '/tools/call', { server_id: 'examples', tool_name: 'greet', arguments: { name } }, apiKey);

  /** Goes on with the tabulator as far as what is called so. */
  async function tabTo(name: string): Promise<void> {
    for (let tabs = 0; tabs < 80; tabs += 1) {
      if ((await focused()).startsWith(name)) return;
      await press('Tab');
    }
    throw new Error(`The tabulator does not come to ${name}.`);
  }

  it.each([
    ['k', '/keys'],
    ['c', '/calls'],
    ['u', '/usage'],
    ['t', '/tools'],
  ])('goes with g %s to %s, and with g o to the overview', async (key, path) => {
    await press('g', key);
    await at(path);
    await press('g', 'o');
    await at('/');
    expect(await focused()).toBe('Overview');
  });

  it('goes from row to row with j and k, opens one with Enter, and comes back with Escape', async () => {
    await portal.goTo('/calls');
    await press('j', 'j', 'k', 'Enter');
    const dialog = portal.page.getByRole('dialog', { name: 'greet' });
    await dialog.getByText('"two"').waitFor();
    await press('j');
    await dialog.getByText('"one"').waitFor();
    await press('g', 'k', '/');
    await press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect([await focused(), new URL(portal.page.url()).pathname]).toEqual(['greet', '/ui/calls']);
  });

  it('goes to a page’s search with /, where letters are letters', async () => {
    await portal.goTo('/keys');
    await press('/', 'g', 'k', 'j', '?', '/');
    expect(await portal.page.getByLabel('Search keys').inputValue()).toBe('gkj?/');
    expect(await portal.page.getByRole('dialog').count()).toBe(0);
  });

  it('leaves what a browser does with keys that are held down together', async () => {
    await press('Control+g', 'k', 'Alt+?', 'g', 'Control+k');
    await portal.page.getByRole('dialog', { name: 'Go to, or do' }).waitFor();
    await press('Escape');
    await at('/');
  });

  it('lists all keys with ?, without a barrier', async () => {
    await press('?');
    await portal.page.getByRole('dialog', { name: 'Keyboard' }).getByText('next row').waitFor();
    expect(await portal.barriers()).toEqual([]);
    await press('Escape');
    await portal.page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('does nothing with single keys that were switched off, over a reload too; Ctrl K stays', async () => {
    await portal.goTo('/settings');
    await tabTo('Keys without');
    await press('Space');
    await portal.goTo('/keys');
    await press('?', 'g', 'c', 'j', '/');
    expect([new URL(portal.page.url()).pathname, await hasNoFocus()]).toEqual(['/ui/keys', true]);
    expect(await portal.page.getByRole('dialog').count()).toBe(0);
    await press('Control+k');
    await portal.page.getByRole('dialog', { name: 'Go to, or do' }).waitFor();
    await press('Escape');
    await portal.goTo('/settings');
    await tabTo('Keys without');
    await press('Enter');
    await press('?');
    await portal.page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
  });

  it('makes a key, copies it, rotates it, and copies the new one', async () => {
    const { page } = portal;
    await press('g', 'k');
    await at('/keys');
    await portal.settled();
    await tabTo('Make a key');
    await press('Enter');
    await tabTo('Name');
    await press('Control+a');
    await page.keyboard.type('by-keyboard');
    await press('Enter');
    const made = await copiedOf('Your new key');
    await tabTo('Rotate by-keyboard');
    await press('Enter');
    await tabTo('The old key goes on working for');
    await press('ArrowDown', 'Enter');
    await tabTo('Rotate key');
    await press('Enter');
    const fresh = await copiedOf('Your new key');
    expect(fresh).not.toBe(made);
    expect([(await call(made, 'old')).status, (await call(fresh, 'new')).status]).toEqual([200, 200]);
    await page.getByText('replaced, ends in 24 hr').waitFor();
    expect(portal.complaints).toEqual([]);
  });

  /** Copies a key that is shown once, and leaves it; the focus is then where it came from. */
  async function copiedOf(title: string): Promise<string> {
    const dialog = portal.page.getByRole('dialog', { name: title });
    await dialog.waitFor();
    await tabTo('Copy key');
    await press('Enter');
    await dialog.getByText('Copied', { exact: true }).waitFor();
    await press('Escape');
    await dialog.waitFor({ state: 'detached' });
    return copied();
  }
});
