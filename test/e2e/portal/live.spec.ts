import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/gateway/free-port.js';
import { GatewayProcess } from '../../support/gateway/gateway-process.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { inBrowser } from '../../support/portal/in-browser.js';
import { openBrowser, PortalPage } from '../../support/portal/portal-browser.js';

jest.setTimeout(120_000);

inBrowser('calls that come by themselves', () => {
  let gateway: GatewayProcess;
  let browser: Browser;
  let portal: PortalPage;
  let page: Page;
  beforeAll(async () => void ([gateway, browser] = await Promise.all([GatewayProcess.start(), openBrowser()])));
  beforeEach(async () => {
    portal = await PortalPage.open(browser, gateway);
    page = portal.page;
    await portal.signInAsAdmin(gateway);
  });
  afterEach(() => page.context().close());
  afterAll(async () => {
    await browser?.close();
    await gateway?.destroy();
  });

  const call = (name: string) =>
    gateway.rest('POST', '/tools/call', { server_id: 'examples', tool_name: 'greet', arguments: { name } });
  const rows = () => page.locator('tbody tr');
  const live = () => page.getByRole('checkbox', { name: /^Live/ });
  const asked = (path: string) => {
    const found: string[] = [];
    page.on('request', (request) => request.url().includes(path) && found.push(request.url()));
    return found;
  };

  it('tick the first call on the overview and show its numbers, without being asked for', async () => {
    await portal.goTo('/');
    await page.getByText('Make the first call').waitFor();
    await call('first');
    await page.getByText('The first call has come: greet').waitFor({ timeout: 3_000 });
    await page.getByText('1 call in 30 days').waitFor();
    await page.getByRole('region', { name: 'Latest calls' }).getByRole('row', { name: 'greet' }).waitFor();
    expect(await page.getByText('No calls yet').count()).toBe(0);
  });

  it('turn the wait for a key’s first call green within three seconds', async () => {
    await portal.goTo('/connect');
    await page.getByRole('button', { name: 'Make a key' }).click();
    await page.getByLabel('Name', { exact: true }).fill('live');
    const made = page.waitForResponse((response) => response.url().endsWith('/api/mcp-keys/create'));
    await page.getByRole('dialog').getByRole('button', { name: 'Make' }).click();
    const { api_key: key } = (await (await made).json()) as { api_key: string };
    await page.getByText('Waiting for the first call with this key').first().waitFor();
    const answer = await fetch(`${gateway.restUrl}/tools/call`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': key },
      body: JSON.stringify({ server_id: 'examples', tool_name: 'greet', arguments: { name: 'key' } }),
    });
    expect(answer.status).toBe(200);
    await page.getByText('The first call has come: greet').first().waitFor({ timeout: 3_000 });
  });

  it.each(['/calls', '/admin/calls'])('slide in at the top of %s, and nothing is asked for again', async (path) => {
    const opened = page.waitForResponse((response) => response.url().includes('/stream'));
    await portal.goTo(`${path}?live=on`);
    await opened;
    await portal.settled();
    const lists = [asked('/api/mcp-usage/history'), asked('/api/admin/calls?')];
    const before = await rows().count();
    await call('one');
    await rows().nth(before).waitFor({ timeout: 3_000 });
    await call('two');
    await rows()
      .nth(before + 1)
      .waitFor({ timeout: 3_000 });
    expect(lists).toEqual([[], []]);
    expect(await portal.barriers()).toEqual([]);
    expect(portal.complaints).toEqual([]);
  });

  it('wait behind a button while somebody reads further down', async () => {
    for (let n = 0; n < 30; n += 1) await call(`${n}`);
    await portal.goTo('/calls?live=on');
    await rows().nth(29).waitFor();
    await page.mouse.wheel(0, 400);
    await eventually(async () => expect(await page.evaluate('scrollY')).toBeGreaterThan(100));
    const before = await rows().count();
    await call('below');
    await call('below');
    const button = page.getByRole('button', { name: '2 new' });
    await button.waitFor({ timeout: 3_000 });
    expect(await rows().count()).toBe(before);
    expect(await portal.barriers()).toEqual([]);
    await button.click();
    await rows()
      .nth(before + 1)
      .waitFor();
    expect(await button.count()).toBe(0);
  });

  it('are those that the filters leave', async () => {
    await portal.goTo('/calls?live=on&tool=nothing');
    await page.getByText('No calls match').waitFor();
    await call('filtered');
    await portal.goTo('/calls?live=on&tool=greet');
    await rows().first().waitFor();
    const before = await rows().count();
    await call('kept');
    await rows().nth(before).waitFor({ timeout: 3_000 });
  });

  it('are said to be gone while the gateway is, and come again by themselves', async () => {
    const env = { GATEWAY_PORT: `${await freePort()}`, GATEWAY_MCP_PORT: `${await freePort()}` };
    const kept = { dataDir: temporaryFolder('live'), env };
    const own = await GatewayProcess.start(kept);
    const other = await PortalPage.open(browser, own);
    await other.signInAsAdmin(own);
    await other.goTo('/calls?live=on');
    await own.end();
    await other.page.getByText('Not live right now').waitFor();
    const again = await GatewayProcess.start(kept);
    await other.page.getByText('Not live right now').waitFor({ state: 'detached', timeout: 30_000 });
    await again.rest('POST', '/tools/call', { server_id: 'examples', tool_name: 'greet', arguments: { name: 'again' } });
    await other.page.locator('tbody tr').first().waitFor({ timeout: 5_000 });
    await other.page.context().close();
    await again.destroy();
  });

  it('are refused in the gateway’s words, and come once they are not any more', async () => {
    const others = await portal.another();
    await others.goTo('/connect');
    const sources = `Promise.all([1, 2, 3, 4].map(() => new Promise((opened) => {
      new EventSource('/api/mcp-usage/stream').onopen = () => opened(true);
    })))`;
    await others.page.evaluate(sources);
    await portal.goTo('/calls?live=on');
    await page.getByText('4 streams of calls of yours are open').waitFor();
    const again = page.waitForRequest((request) => request.url().includes('/stream'), { timeout: 30_000 });
    const refusedAt = performance.now();
    await others.page.close();
    await again;
    expect(performance.now() - refusedAt).toBeGreaterThan(8_000); // Retry-After: 10
    await page.getByText('Not live right now').waitFor({ state: 'detached' });
    const before = await rows().count();
    await call('after a refusal');
    await rows().nth(before).waitFor({ timeout: 3_000 });
  });

  it('keep no connection while nobody sees the page, and are all there when somebody does', async () => {
    const hide = (hidden: boolean) =>
      page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));`);
    await portal.goTo('/calls?live=on&tool=greet');
    const before = await rows().count();
    const gone = page.waitForEvent('requestfailed', (request) => request.url().includes('/stream'));
    await hide(true);
    await gone;
    await call('unseen');
    await hide(false);
    await rows().nth(before).waitFor({ timeout: 5_000 });
  });

  it('count on the overview also while one comes after the other', async () => {
    const fresh = await GatewayProcess.start();
    const other = await PortalPage.open(browser, fresh);
    await other.signInAsAdmin(fresh);
    await other.goTo('/');
    await other.page.getByText('Make the first call').waitFor();
    let isCounted = false;
    const counted = other.page
      .getByText(/\d+ calls? in 30 days/)
      .waitFor()
      .then(() => (isCounted = true));
    const deadline = performance.now() + 15_000;
    while (!isCounted && performance.now() < deadline)
      await fresh.rest('POST', '/tools/call', { server_id: 'examples', tool_name: 'greet', arguments: { name: 'busy' } });
    expect(isCounted).toBe(true);
    await counted;
    await other.page.context().close();
    await fresh.destroy();
  });

  it('come no more when the switch is off', async () => {
    await portal.goTo('/calls?live=on');
    const gone = page.waitForEvent('requestfailed', (request) => request.url().includes('/stream'));
    await live().uncheck();
    await gone;
  });
});
