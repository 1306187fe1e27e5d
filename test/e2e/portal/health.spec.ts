import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { GatewayProcess } from '../../support/gateway/gateway-process.js';
import { inBrowser } from '../../support/portal/in-browser.js';
import { openBrowser, PortalPage } from '../../support/portal/portal-browser.js';

jest.setTimeout(60_000);

inBrowser('the page Health', () => {
  let gateway: GatewayProcess;
  let browser: Browser;
  let portal: PortalPage;
  beforeAll(async () => {
    [gateway, browser] = await Promise.all([GatewayProcess.start(), openBrowser()]);
    await gateway.rest('POST', '/tools/call', { server_id: 'examples', tool_name: 'greet', arguments: { name: 'A' } });
    portal = await PortalPage.open(browser, gateway);
    portal.page.setDefaultTimeout(10_000);
    await portal.signInAsAdmin(gateway);
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.destroy();
  });

  const section = (name: string) => portal.page.getByRole('region', { name });
  const DETAILS = '**/api/admin/health';

  it('shows how fast each part answers, what this process holds, and who else records calls', async () => {
    await portal.goTo('/admin/health');
    expect(
      await section('Parts')
        .getByText(/^answers in [\d.]+ ms$/)
        .count(),
    ).toBe(2);
    await section('This process')
      .getByText(/ GB free$/)
      .waitFor();
    await section('This process')
      .getByText(/^\d+ busy, \d+ idle$/)
      .waitFor();
    await section('Usage on its way').getByText('Oldest of them waits for').waitFor();
    expect(await section('Processes that record calls').getByText('this one').count()).toBe(1);
    expect([await portal.barriers(), await portal.overflow(), portal.complaints]).toEqual([[], 0, []]);
  });

  it('says what is not known, and no 0 for it', async () => {
    await portal.page.route(DETAILS, async (asked) => {
      const answer = (await (await asked.fetch()).json()) as { process: object; postgresql: object };
      const process = { ...answer.process, mcp_sessions: null, mcp_streams: null };
      const postgresql = { state: 'disconnected', latency_ms: null };
      await asked.fulfill({ json: { ...answer, process, postgresql, replicas: null, usage_backlog: null, disk: null } });
    });
    await portal.goTo('/admin/health');
    await section('Processes that record calls').getByText('Not known while PostgreSQL does not answer.').waitFor();
    await section('Usage on its way').getByText('Not known while PostgreSQL does not answer.').waitFor();
    expect(await section('This process').getByText('not known').count()).toBe(3);
    expect(
      await section('Parts')
        .getByText(/^answers in/)
        .count(),
    ).toBe(1);
    await portal.page.unrouteAll();
  });

  it('still shows the parts when the rest cannot be read', async () => {
    await portal.page.route(DETAILS, (asked) => asked.fulfill({ status: 503, json: { error: { code: 'X', message: 'Away.' } } }));
    await portal.goTo('/admin/health');
    await section('Parts').getByText('connected').first().waitFor();
    await section('This process').getByRole('button', { name: 'Try again' }).waitFor();
    expect(
      await section('Parts')
        .getByText(/^answers in/)
        .count(),
    ).toBe(0);
  });
});
