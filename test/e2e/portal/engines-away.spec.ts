import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { EmbeddedPostgres } from '../../../src/database/embedded-postgres.js';
import { TcpProxy } from '../../support/databases/tcp-proxy.js';
import { startClickHouseServer } from '../../support/databases/test-clickhouse.js';
import { GatewayProcess } from '../../support/gateway/gateway-process.js';
import { inBrowser } from '../../support/portal/in-browser.js';
import { openBrowser, PortalPage } from '../../support/portal/portal-browser.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

jest.setTimeout(120_000);

inBrowser('the portal while a database is away', () => {
  const folder = temporaryFolder('away');
  const postgres = new EmbeddedPostgres(join(folder, 'postgres'));
  const ways: Record<string, TcpProxy> = {};
  let clickhouse: { url: string; stop: () => Promise<void> };
  let gateway: GatewayProcess;
  let browser: Browser;
  let portal: PortalPage;
  beforeAll(async () => {
    const [{ url }, server] = await Promise.all([postgres.start(), startClickHouseServer()]);
    clickhouse = server;
    const env = {
      GATEWAY_DATABASE_URL: await wayTo('PostgreSQL', url),
      GATEWAY_CLICKHOUSE_URL: await wayTo('ClickHouse', clickhouse.url),
      GATEWAY_SECRET_KEY: 'the-secret-of-a-gateway-elsewhere',
    };
    [gateway, browser] = await Promise.all([GatewayProcess.start({ dataDir: join(folder, 'gateway'), env }), openBrowser()]);
    await gateway.call('greet', { name: 'Ada' });
    portal = await PortalPage.open(browser, gateway);
    portal.page.setDefaultTimeout(20_000);
    await portal.signInAsAdmin(gateway);
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.end();
    await Promise.all(Object.values(ways).map((way) => way.stop()));
    await clickhouse?.stop();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function wayTo(name: string, url: string): Promise<string> {
    const way = (ways[name] = new TcpProxy(new URL(url)));
    return (await way.start()).replace(/\/$/, '');
  }

  const problems = () => portal.page.getByRole('alert').filter({ hasText: 'It is tried again by itself.' });
  const greeted = () => portal.page.getByText('greet', { exact: true });

  it.each([
    ['ClickHouse', '/usage'],
    ['ClickHouse', '/admin'],
    ['PostgreSQL', '/keys'],
  ])('says so where %s is needed, at %s, keeps the rest, and comes back alone', async (name, path) => {
    await portal.goTo(path);
    ways[name]!.cut();
    await portal.page.reload();
    await problems().first().waitFor();
    expect(await portal.page.getByRole('heading', { level: 1 }).count()).toBe(1);
    expect([await portal.barriers(), await portal.overflow()]).toEqual([[], 0]);
    ways[name]!.restore();
    await problems().first().waitFor({ state: 'detached' });
    await portal.settled();
    expect(await portal.page.getByRole('alert').count()).toBe(0);
  });

  it('shows the call that was made meanwhile by itself once ClickHouse is back', async () => {
    ways['ClickHouse']!.cut();
    await gateway.call('greet', { name: 'Grace' });
    await portal.goTo('/calls?live=on');
    ways['ClickHouse']!.restore();
    await greeted().nth(1).waitFor();
  });
});
