import { afterAll, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { GatewayProcess } from '../../support/gateway/gateway-process.js';
import { inBrowser } from '../../support/portal/in-browser.js';
import { openBrowser, PortalPage } from '../../support/portal/portal-browser.js';

jest.setTimeout(60_000);

/** Another port of the same host: a browser sends it the portal's cookie, and calls it the same site. */
inBrowser('a page of another port of the host, in a browser that is signed in', () => {
  let gateway: GatewayProcess;
  let browser: Browser;
  let pages: Server;
  let page: Page;
  let portal: PortalPage;
  beforeAll(async () => {
    [gateway, browser] = await Promise.all([GatewayProcess.start(), openBrowser()]);
    pages = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end('<form method="post"></form>'));
    await once(pages.listen(0, '127.0.0.1'), 'listening');
    portal = await PortalPage.open(browser, { restUrl: gateway.restUrl.replace('localhost', '127.0.0.1') });
    await portal.signInAsAdmin(gateway);
    page = await portal.page.context().newPage();
  });
  beforeEach(() => page.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`));
  afterAll(async () => {
    await browser?.close();
    await gateway?.destroy();
    pages?.close();
  });

  const keys = async () => (await gateway.rest('GET', '/api/mcp-keys/list?include_inactive=true')).json['total'] as number;
  const create = () => `${gateway.restUrl.replace('localhost', '127.0.0.1')}/api/mcp-keys/create`;

  it('is itself signed in, so that the test means something', async () => {
    const cookies = await page.context().cookies(create());
    expect(cookies.map(({ name, httpOnly, sameSite }) => [name.startsWith('tallygate_'), httpOnly, sameSite])).toEqual([
      [true, true, 'Strict'],
    ]);
    expect(await page.evaluate('document.cookie')).toBe('');
  });

  it('makes no key with a form', async () => {
    const before = await keys();
    const answered = page.waitForResponse(create());
    await page.evaluate(`document.forms[0].action = ${JSON.stringify(create())}; document.forms[0].submit()`);
    expect((await answered).status()).toBeGreaterThanOrEqual(400);
    expect(await keys()).toBe(before);
  });

  it.each([
    [
      'without leave',
      `{ mode: 'no-cors', credentials: 'include', method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{}' }`,
    ],
    ['as JSON', `{ credentials: 'include', method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }`],
    ['with the portal’s header', `{ credentials: 'include', method: 'POST', headers: { 'x-tallygate-portal': '1' } }`],
  ])('makes no key with a request %s', async (_, init) => {
    const before = await keys();
    await page.evaluate(`fetch(${JSON.stringify(create())}, ${init}).catch(() => undefined)`);
    expect(await keys()).toBe(before);
  });

  it('reads nothing', async () => {
    const url = JSON.stringify(create().replace('create', 'list'));
    expect(await page.evaluate(`fetch(${url}, { credentials: 'include' }).then(() => 'read', () => 'refused')`)).toBe('refused');
  });
});
