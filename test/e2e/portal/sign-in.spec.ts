import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { GatewayProcess } from '../../support/gateway/gateway-process.js';
import { inBrowser } from '../../support/portal/in-browser.js';
import { openBrowser, PortalPage } from '../../support/portal/portal-browser.js';

jest.setTimeout(60_000);

inBrowser('signing in to the portal', () => {
  let gateway: GatewayProcess;
  let browser: Browser;
  beforeAll(async () => {
    [gateway, browser] = await Promise.all([GatewayProcess.start(), openBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.destroy();
  });
  const open = () => PortalPage.open(browser, gateway);

  it('leads there from the bare address, and is kept over a reload', async () => {
    const portal = await open();
    await portal.page.goto(`${gateway.restUrl}/`);
    expect(portal.page.url()).toBe(`${gateway.restUrl}/ui/`);
    await portal.fillIn('admin@localhost', gateway.adminPassword);
    await portal.settled();
    await portal.page.reload();
    await portal.settled();
    expect(await portal.page.title()).toBe('Overview · Tallygate');
    expect(portal.complaints).toEqual([]);
  });

  it('says that a password is wrong, and when to come back after too many', async () => {
    const portal = await open();
    await portal.page.goto(`${gateway.restUrl}/ui/`);
    await portal.fillIn('admin@localhost', 'wrong');
    await expect(portal.page.getByRole('alert').textContent()).resolves.toBeDefined();
    await portal.page.getByText('That e-mail and password do not match.').waitFor();
  });

  it('ends in every tab at once', async () => {
    const first = await open();
    await first.signInAsAdmin(gateway);
    const second = await first.another();
    await second.goTo('/keys');
    await first.page.getByRole('button', { name: 'Sign out' }).click();
    await first.page.getByLabel('E-mail or user name').waitFor();
    await second.page.getByLabel('E-mail or user name').waitFor();
  });

  it('is asked for over the page when the session was ended elsewhere, and what was typed there is kept', async () => {
    const [portal, other] = [await open(), await open()];
    await portal.signInAsAdmin(gateway);
    await portal.goTo('/keys');
    await portal.page.getByRole('button', { name: 'Make a key' }).first().click();
    await portal.page.getByLabel('Name').fill('half-typed');
    await other.signInAsAdmin(gateway);
    await endOthers(other);
    await portal.page.getByRole('button', { name: 'Make key' }).click();
    const dialog = portal.page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.getByLabel('Password', { exact: true }).fill(gateway.adminPassword);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await portal.page.getByLabel('Name').inputValue()).toBe('half-typed');
  });

  async function endOthers(portal: PortalPage): Promise<void> {
    await portal.goTo('/settings');
    const ends = portal.page.getByRole('button', { name: 'End' });
    for (let left = await ends.count(); left > 0; left -= 1) {
      await ends.first().click();
      await ends.nth(left - 1).waitFor({ state: 'detached' });
    }
  }

  it('shows a user no administration, and explains the address of such a page', async () => {
    const anna = { username: 'anna', email: 'anna@example.com', password: 'annas long password' };
    expect(await gateway.rest('POST', '/auth/users', anna)).toMatchObject({ status: 201 });
    const portal = await open();
    await portal.signIn('anna', 'annas long password');
    expect(await portal.page.getByRole('heading', { name: 'Administration' }).count()).toBe(0);
    await portal.goTo('/nowhere');
    await portal.page.getByText('There is no page at').waitFor();
  });
});
