import { afterAll, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { GatewayProcess } from '../../support/gateway/gateway-process.js';
import { inBrowser } from '../../support/portal/in-browser.js';
import { openBrowser, PortalPage } from '../../support/portal/portal-browser.js';

jest.setTimeout(60_000);

inBrowser('the portal without an answer', () => {
  let gateway: GatewayProcess;
  let browser: Browser;
  let portal: PortalPage;
  beforeAll(async () => {
    [gateway, browser] = await Promise.all([GatewayProcess.start(), openBrowser()]);
    portal = await PortalPage.open(browser, gateway);
    await portal.page.clock.install();
    await portal.signInAsAdmin(gateway);
  });
  beforeEach(async () => {
    await portal.page.context().setOffline(false);
    await portal.page.unrouteAll();
    await portal.goTo('/keys');
    await rows().first().waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.destroy();
  });

  const rows = () => portal.page.getByRole('link', { name: 'default' });
  const lost = () => portal.page.getByText(/^No connection since \d?\d:\d\d.*, showing earlier data\.$/);
  const search = (text: string) => portal.page.getByLabel('Search keys').fill(text);
  const TRIES = '**/livez';

  it('says since when, shows what it had, and nothing else in between', async () => {
    await portal.page.context().setOffline(true);
    await lost().waitFor();
    await search('default');
    await portal.page.clock.runFor(1_000);
    expect([await rows().count(), await portal.page.getByRole('alert').count()]).toEqual([1, 0]);
    expect(await portal.barriers()).toEqual([]);
    expect(await portal.overflow()).toBe(0);
  });

  it('tries again after 1, 2, 4 … 30 seconds, and reads what it could not when there is an answer', async () => {
    const tries: number[] = [];
    let isAway = true;
    // Also what is asked once a minute beside every page, which would find the gateway there.
    await portal.page.route(/\/(livez|health|api\/)/, async (asked) => {
      if (asked.request().url().endsWith('/livez')) tries.push(1);
      await (isAway ? asked.abort() : asked.continue());
    });
    await search('no such key');
    await portal.page.clock.runFor(250);
    await lost().waitFor();
    for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
      const before = tries.length;
      await portal.page.clock.runFor(seconds * 1_000 - 200);
      expect([seconds, tries.length]).toEqual([seconds, before]);
      const failed = portal.page.waitForEvent('requestfailed', (request) => request.url().endsWith('/livez'));
      await portal.page.clock.runFor(200);
      await failed;
    }
    isAway = false;
    await portal.page.getByRole('button', { name: 'Try now' }).click();
    await portal.page.getByText('No keys match.').waitFor();
    expect(await lost().count()).toBe(0);
  });

  it('takes a gateway behind a proxy that cannot reach it for one that is away', async () => {
    await portal.page.route('**/api/mcp-keys/list?**', (asked) => asked.fulfill({ status: 502, body: 'Bad Gateway' }));
    await portal.page.route(TRIES, (asked) => asked.fulfill({ status: 502, body: 'Bad Gateway' }));
    await search('default');
    await portal.page.clock.runFor(250);
    await lost().waitFor();
    await portal.page.unrouteAll();
    await portal.page.clock.runFor(1_000);
    await lost().waitFor({ state: 'detached' });
  });

  it('counts down to when it may ask again after too many requests, and then does', async () => {
    const answer = {
      status: 429,
      headers: { 'Retry-After': '45', 'X-RateLimit-Remaining': '0' },
      json: { detail: 'Too many requests' },
    };
    await portal.page.route('**/api/mcp-keys/list?search=no*', (asked) => asked.fulfill(answer), { times: 1 });
    await search('no such key');
    await portal.page.clock.runFor(250);
    const timer = portal.page.getByRole('timer');
    await timer.getByText(/Again in 4[3-5] seconds/).waitFor();
    await portal.page.clock.runFor(30_000);
    await timer.getByText(/Again in 1[2-5] seconds/).waitFor();
    expect([await rows().count(), await portal.barriers()]).toEqual([1, []]);
    await portal.page.clock.runFor(16_000);
    await portal.page.getByText('No keys match.').waitFor();
    expect(await timer.count()).toBe(0);
  });

  it('leaves a refusal of one thing to whoever asked for it', async () => {
    const { page } = portal;
    const answer = { status: 429, headers: { 'Retry-After': '45' }, json: { detail: 'Too many of these' } };
    await page.route('**/api/mcp-keys/list?search=no*', (asked) => asked.fulfill(answer), { times: 1 });
    await search('no such key');
    await page.clock.runFor(250);
    await page.getByText('Too many of these').waitFor();
    expect(await page.getByRole('timer').count()).toBe(0);
    const own = { ...answer, headers: { ...answer.headers, 'X-RateLimit-Remaining': '0' } };
    await page.route('**/api/mcp-keys/create', (asked) => asked.fulfill(own), { times: 1 });
    await portal.goTo('/keys');
    await page.getByRole('button', { name: 'Make a key' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill('another');
    await page.getByRole('button', { name: 'Make key' }).click();
    await page.getByText('Too many of these').waitFor();
    expect(await page.getByRole('timer').count()).toBe(0);
  });
});
