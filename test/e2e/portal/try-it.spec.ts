import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { eventually } from '../../support/eventually.js';
import { GatewayProcess } from '../../support/gateway/gateway-process.js';
import { inBrowser } from '../../support/portal/in-browser.js';
import { openBrowser, PortalPage } from '../../support/portal/portal-browser.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

jest.setTimeout(60_000);

const PRICE = 3;

inBrowser('a tool tried in the portal', () => {
  let gateway: GatewayProcess;
  let browser: Browser;
  let portal: PortalPage;
  let page: Page;
  let start: number;
  beforeAll(async () => {
    const file = join(temporaryFolder('try-it'), 'gateway.yaml');
    writeFileSync(file, `tools: { prices: { greet: ${PRICE} } }\n`);
    [gateway, browser] = await Promise.all([GatewayProcess.start({ env: { GATEWAY_CONFIG: file } }), openBrowser()]);
    await gateway.rest('POST', '/api/mcp/enable');
    start = await balance();
    portal = await PortalPage.open(browser, gateway);
    ({ page } = portal);
    await portal.signInAsAdmin(gateway);
    await portal.goTo('/tools/greet');
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.destroy();
  });

  const balance = async () => (await gateway.rest('GET', '/api/mcp/account')).json.credits_balance as number;
  const callTool = () => page.getByRole('button', { name: 'Call tool' }).click();

  it('says what it costs, and costs once though the connection was cut before the answer came', async () => {
    await page.getByText(`Costs ${PRICE} credits; you have ${start}`).waitFor();
    const keys: (string | undefined)[] = [];
    await page.route(
      '**/tools/call',
      async (route) => {
        keys.push(route.request().headers()['idempotency-key']);
        await route.fetch();
        await route.abort('connectionreset');
      },
      { times: 1 },
    );
    await page.getByLabel('name').fill('Cut');
    await callTool();
    await page.getByText('Trying again is the same call: it runs and costs once.').waitFor();
    const again = page.waitForRequest('**/tools/call');
    await page.getByRole('button', { name: 'Try again' }).click();
    keys.push((await again).headers()['idempotency-key']);
    await page.getByText(`${start - PRICE} left`).waitFor();
    expect(keys).toEqual([expect.any(String), keys[0]]);
    expect(await balance()).toBe(start - PRICE);
    await eventually(async () => {
      const { json } = await gateway.rest('GET', '/api/mcp-usage/history?tool_name=greet');
      expect(json.total).toBe(1);
    });
  });

  it('is another call, which costs again, once the answer has been seen', async () => {
    await callTool();
    await page.getByText(`${start - 2 * PRICE} left`).waitFor();
    expect(await balance()).toBe(start - 2 * PRICE);
    expect(portal.complaints).toEqual([]);
  });

  it('is not called while its form is wrong, which is said at the field', async () => {
    await page.getByLabel('name').fill('');
    await callTool();
    await page.getByLabel('name').and(page.locator('[aria-invalid="true"]')).waitFor();
    expect(await balance()).toBe(start - 2 * PRICE);
  });
});
