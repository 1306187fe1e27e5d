import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { eventually } from '../../support/eventually.js';
import { GatewayProcess } from '../../support/gateway/gateway-process.js';
import { inBrowser } from '../../support/portal/in-browser.js';
import { openBrowser, PortalPage } from '../../support/portal/portal-browser.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

jest.setTimeout(60_000);

inBrowser('prices in the portal', () => {
  let gateway: GatewayProcess;
  let browser: Browser;
  let portal: PortalPage;
  let key: string;
  beforeAll(async () => {
    const folder = temporaryFolder('prices');
    writeFileSync(join(folder, 'gateway.yaml'), 'tools: { prices: { add: 3 } }\nusage: { delivery_interval_ms: 50 }\n');
    const env = { GATEWAY_CONFIG: join(folder, 'gateway.yaml') };
    [gateway, browser] = await Promise.all([GatewayProcess.start({ env }), openBrowser()]);
    rmSync(folder, { recursive: true });
    key = (await gateway.rest('POST', '/api/mcp/enable')).json.mcp_api_key as string;
    portal = await PortalPage.open(browser, gateway);
    await portal.signInAsAdmin(gateway);
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.destroy();
  });

  const charged = async () => {
    const call = { server_id: 'examples', tool_name: 'greet', arguments: { name: 'A' } };
    return (await gateway.rest('POST', '/tools/call', call, key)).json.usage.credits_charged as number;
  };
  const row = (tool: string) => portal.page.getByRole('row').filter({ hasText: tool }).first();

  it('say what they come to before they are saved, charge the next call, and are taken back', async () => {
    const { page } = portal;
    expect([await charged(), await charged()]).toEqual([0, 0]);
    await eventually(async () => {
      const { items } = (await gateway.rest('GET', '/api/admin/prices?search=greet')).json;
      expect(items[0].calls_last_30_days).toBe(2);
    });
    await portal.goTo('/admin/prices?search=greet');
    await page.getByRole('button', { name: 'Change the price of greet' }).click();
    await page.getByLabel('Credits for one call of greet').fill('2');
    await page.getByText(/^At the 2 calls of the last 30 days this earns up to 4 credits instead of 0 credits\.$/).waitFor();
    expect(await charged()).toBe(0); // nothing is saved yet
    await page.getByLabel('Reason').fill('its backend costs more');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByLabel('Your password', { exact: true }).fill(gateway.adminPassword);
    await page.getByRole('button', { name: 'Confirm' }).click();
    await row('greet').getByText('2 credits').waitFor();
    await row('greet').getByText('admin@localhost').waitFor();
    expect(await charged()).toBe(2);
    await page.getByRole('button', { name: 'Reset the price of greet' }).click();
    await page.getByRole('button', { name: 'Reset price' }).click();
    await row('greet').getByText('default').waitFor();
    expect(await charged()).toBe(0);
    await portal.goTo('/admin/audit?kind=price&subject=greet');
    await page.getByText('its backend costs more').waitFor();
    expect(portal.complaints).toEqual([]);
  });

  it('that gateway.yaml sets are locked, and said to be', async () => {
    const { page } = portal;
    await portal.goTo('/admin/prices?edit=add');
    await row('add').getByText('gateway.yaml').waitFor();
    expect(await row('add').getByText('3 credits').count()).toBe(1);
    expect(await page.getByRole('button', { name: 'Change the price of add' }).count()).toBe(0);
    expect(await page.getByLabel('Credits for one call of add').count()).toBe(0);
  });

  it('that make no sense are refused at their field', async () => {
    const { page } = portal;
    await portal.goTo('/admin/prices?edit=greet');
    await page.getByLabel('Credits for one call of greet').fill('7');
    await page.getByLabel('Reason').fill('   ');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/reason must be longer/).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(await page.getByLabel('Reason').count()).toBe(0);
  });

  it('have no barrier with a form and a question open, in a narrow window', async () => {
    const narrow = await PortalPage.open(browser, gateway, { viewport: { width: 360, height: 800 } });
    await narrow.signInAsAdmin(gateway);
    await narrow.goTo('/admin/prices?edit=greet&tier=pro');
    await narrow.page.getByLabel('Credits a month of pro').waitFor();
    expect([await narrow.barriers(), await narrow.overflow()]).toEqual([[], 0]);
  });

  it('of tiers say who gets what and when, and top accounts up at once', async () => {
    const { page } = portal;
    await portal.goTo('/admin/prices?tier=free');
    await page.getByLabel('Credits a month of free').fill('40');
    await page.getByText('From next month: 40 credits for each of 1 account.').waitFor();
    await page.getByLabel('Credits a month of free').fill('80');
    await page.getByText('At once: up to 30 credits more for each of 1 account.').waitFor();
    await page.getByLabel('Requests an hour of a user').fill('200');
    await page.getByLabel('Reason').fill('a campaign');
    await page.getByRole('button', { name: 'Save' }).click();
    await row('free').getByText('80 credits').waitFor();
    await row('free').getByText('200 requests').waitFor();
    expect((await gateway.rest('GET', '/api/admin/tiers')).json.items[0]).toMatchObject({
      ...{ name: 'free', monthly_credits: 80, user_per_hour: 200, api_key_per_hour: null },
    });
    // 2 of its first 50 were spent above.
    await eventually(async () => expect((await gateway.rest('GET', '/api/mcp/account')).json.credits_balance).toBe(78));
    expect(portal.complaints).toEqual([]);
  });
});
