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

  it('have budgets, that are seen, hold, and are raised', async () => {
    const { page } = portal;
    await gateway.rest('POST', '/api/mcp/enable');
    expect((await gateway.rest('PUT', '/api/admin/prices/greet', { price: 2, reason: 'for a budget' })).status).toBe(200);
    await portal.goTo('/keys?make=key');
    await page.getByLabel('Name').fill('thrifty');
    await page.getByLabel('Budget').fill('4');
    await page.getByLabel('For', { exact: true }).selectOption('month');
    expect(await portal.barriers()).toEqual([]);
    await page.getByRole('button', { name: 'Make key' }).click();
    await page.getByRole('button', { name: 'Copy key' }).click();
    const apiKey = await copied();
    await page.getByRole('button', { name: 'Done' }).click();
    const statuses: number[] = [];
    for (let n = 0; n < 3; n += 1) statuses.push((await call(apiKey)).status);
    expect(statuses).toEqual([200, 200, 402]);
    await portal.goTo('/keys?search=thrifty');
    await page.getByTitle('4 of 4 credits this month, resets').waitFor();
    expect(await portal.barriers()).toEqual([]);
    await page.getByRole('link', { name: 'thrifty' }).click();
    await page.getByRole('button', { name: 'Change budget' }).click();
    await page.getByLabel('Budget', { exact: true }).fill('1000');
    await page.getByRole('button', { name: 'Save budget' }).click();
    await page.getByText('4 of 1,000 credits this month, resets').waitFor();
    expect((await call(apiKey)).status).toBe(200);
    await portal.goTo('/admin/keys?search=thrifty');
    await page.getByTitle('6 of 1,000 credits this month, resets').waitFor();
    await page.getByRole('button', { name: 'Change budget of thrifty' }).click();
    await page.getByLabel('Budget', { exact: true }).fill('');
    await page.getByText('Without a budget its calls may spend all').waitFor();
    await page.getByRole('button', { name: 'Save budget' }).click();
    await page.getByRole('button', { name: 'Change budget of thrifty' }).getByText('Set').waitFor();
    expect(portal.complaints).toEqual([]);
  });
});
