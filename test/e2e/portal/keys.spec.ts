import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { GatewayProcess } from '../../support/gateway/gateway-process.js';
import { inBrowser } from '../../support/portal/in-browser.js';
import { openBrowser, PortalPage } from '../../support/portal/portal-browser.js';

jest.setTimeout(60_000);

inBrowser('keys in the portal', () => {
  let gateway: GatewayProcess;
  let browser: Browser;
  let portal: PortalPage;
  beforeAll(async () => {
    [gateway, browser] = await Promise.all([GatewayProcess.start(), openBrowser()]);
    portal = await PortalPage.open(browser, gateway, { permissions: ['clipboard-read', 'clipboard-write'] });
    await portal.signInAsAdmin(gateway);
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.destroy();
  });

  const copied = () => portal.page.evaluate<string>('navigator.clipboard.readText()');
  const call = (apiKey: string) =>
    gateway.rest('POST', '/tools/call', { server_id: 'examples', tool_name: 'greet', arguments: { name: 'Portal' } }, apiKey);

  /** Makes a key by the keyboard alone, and gives what was copied. */
  async function make(name: string): Promise<string> {
    await portal.goTo('/keys');
    const { page } = portal;
    await page.getByRole('button', { name: 'Make a key' }).first().focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Name').fill(name);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Copy key' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Copy key' }).getByText('Copied').waitFor();
    return copied();
  }

  it('are made, copied and used; the first call is seen where the key was made, and in Calls', async () => {
    const { page } = portal;
    const apiKey = await make('first-client');
    expect(apiKey).toMatch(/^sk-/);
    await page.getByRole('tab', { name: 'Cursor' }).click();
    expect(await page.getByLabel('Configuration of Cursor', { exact: true }).textContent()).toContain(apiKey);
    await page.getByText('Waiting for the first call').waitFor();
    expect((await call(apiKey)).status).toBe(200);
    await page.getByText('The first call has come').waitFor({ timeout: 10_000 });
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('link', { name: 'first-client' }).waitFor();
    await portal.goTo('/calls');
    await page.getByRole('button', { name: 'greet' }).first().click();
    await page.getByRole('dialog', { name: 'greet' }).getByText('"Portal"').waitFor();
    expect(portal.complaints).toEqual([]);
  });

  it('are for the client of the address, or the one that was looked at last', async () => {
    const { page } = portal;
    const isChosen = (name: string) => page.getByRole('tab', { name, exact: true, selected: true }).waitFor();
    await portal.goTo('/connect?client=codex');
    await isChosen('Codex');
    await page.getByRole('tab', { name: 'Cursor', exact: true }).click();
    await page.waitForURL('**/ui/connect?client=cursor');
    await portal.goTo('/connect');
    await isChosen('Cursor');
  });

  it('that were not copied are asked about before they are gone', async () => {
    const { page } = portal;
    await portal.goTo('/keys');
    await page.getByRole('button', { name: 'Make a key' }).first().click();
    await page.getByLabel('Name').fill('unseen');
    await page.getByRole('button', { name: 'Make key' }).click();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText('You have not copied the key.').waitFor();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('are rotated, with both at work for a while, and revoked, which holds at once', async () => {
    const { page } = portal;
    const old = await make('rotated');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Rotate rotated' }).click();
    await page.getByRole('button', { name: 'Rotate key' }).click();
    await page.getByRole('button', { name: 'Copy key' }).click();
    const fresh = await copied();
    expect(fresh).not.toBe(old);
    expect([(await call(old)).status, (await call(fresh)).status]).toEqual([200, 200]);
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText('replaced, ends').waitFor();
    await page.getByRole('button', { name: 'Revoke rotated' }).last().click();
    await page.getByRole('button', { name: 'Revoke key' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const statuses = [(await call(old)).status, (await call(fresh)).status].sort();
    expect(statuses).toEqual([200, 401]);
  });
});
