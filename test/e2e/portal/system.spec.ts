import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { GatewayProcess } from '../../support/gateway/gateway-process.js';
import { inBrowser } from '../../support/portal/in-browser.js';
import { openBrowser, PortalPage } from '../../support/portal/portal-browser.js';

jest.setTimeout(60_000);

const BARS = 'symbol,date,open,high,low,close,volume\nZZZ,2026-01-05,1,2,1,2,10\n';

inBrowser('the pages System and Data', () => {
  let gateway: GatewayProcess;
  let browser: Browser;
  let portal: PortalPage;
  beforeAll(async () => {
    const env = { GATEWAY_MCP_SESSIONS: 'true' };
    [gateway, browser] = await Promise.all([GatewayProcess.start({ env }), openBrowser()]);
    portal = await PortalPage.open(browser, gateway);
    portal.page.setDefaultTimeout(10_000);
    await portal.signInAsAdmin(gateway);
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.destroy();
  });

  const section = (name: string) => portal.page.getByRole('region', { name });
  const isWellMade = async () => {
    expect([await portal.barriers(), await portal.overflow(), portal.complaints]).toEqual([[], 0, []]);
    await portal.page.setViewportSize({ width: 360, height: 800 });
    expect(await portal.overflow()).toBe(0);
    await portal.page.setViewportSize({ width: 1280, height: 800 });
  };

  it('show each setting with where it comes from; a search and a filter are in the address', async () => {
    await portal.goTo('/admin/system');
    await section('This process').getByText(process.versions.node).waitFor();
    const settings = section('Settings');
    expect(await settings.getByRole('table').count()).toBe(0); // folded, with how many there are
    await settings.getByText(/^auth \d+$/).click();
    expect(
      await settings.getByRole('row', { name: /^auth\.admin_password … default unset GATEWAY_ADMIN_PASSWORD/ }).count(),
    ).toBe(1);
    expect(await settings.getByText(gateway.adminPassword).count()).toBe(0);
    await settings.getByLabel('Search settings').fill('mcp sess');
    await settings.getByLabel('Which settings').selectOption('given');
    await settings.getByText('1 setting', { exact: true }).waitFor();
    await portal.goTo('/admin/system?search=mcp+sess&show=given');
    expect(await settings.getByRole('row', { name: /^mcp\.sessions true default false GATEWAY_MCP_SESSIONS/ }).count()).toBe(1);
    await isWellMade();
  });

  it('say what is wrong with a settings file by its lines, and what a right one changes', async () => {
    await portal.goTo('/admin/system');
    const check = section('Check a gateway.yaml');
    await check.getByLabel('Settings file').fill('log:\n  level: loud\n');
    await check.getByRole('button', { name: 'Check file' }).click();
    await check.getByRole('row', { name: /^2 log\.level: must be one of/ }).waitFor();
    const buffer = Buffer.from('tiers: { free: 60, pro: 500, enterprise: 5000 }\n');
    await check.getByLabel('From a file').setInputFiles({ name: 'gateway.yaml', mimeType: 'text/yaml', buffer });
    await check.getByRole('table', { name: 'Problems' }).waitFor({ state: 'detached' });
    await check.getByRole('button', { name: 'Check file' }).click();
    await check.getByRole('row', { name: 'tiers.free 50 60' }).waitFor();
    await check.getByText('It changes 2 settings from the next start of the gateway.').waitFor();
    await isWellMade();
  });

  it('change the log level of the process', async () => {
    const log = section('Log');
    await log.getByLabel('Least that is logged').selectOption('warn');
    await log.getByRole('button', { name: 'Change log level' }).click();
    await log.getByRole('button', { name: 'Change log level', disabled: true }).waitFor();
    expect((await gateway.rest('GET', '/api/admin/log-level')).json).toMatchObject({ level: 'warn' });
  });

  it('import a file, whose invalid lines are told, and list it among the imports', async () => {
    await portal.goTo('/admin/data');
    const form = section('Import a file');
    await form.getByLabel('Dataset').selectOption('daily_bars');
    const send = async (text: string, name = 'bars.csv') => {
      await form.getByLabel('File', { exact: true }).setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
      await form.getByRole('button', { name: 'Import file' }).click();
    };
    await send(BARS.replace(',10\n', ',many\n'));
    await form.getByRole('row', { name: /^2 .*volume/ }).waitFor();
    await send(BARS.replace('close', 'last'));
    await form.getByRole('alert').waitFor();
    await form.getByText('Columns of other names, invalid lines').click();
    await form.getByLabel('Columns of other names').fill('close=last');
    await send(BARS.replace('close', 'last'), 'others.csv');
    await form.getByText('Imported 1 row into daily_bars.').waitFor();
    await section('Imports')
      .getByRole('row', { name: /daily_bars \d+ others\.csv ● done 1 row 0 lines/ })
      .waitFor();
    await isWellMade();
  });

  it('ask for the password over the page where the session was over when a file was sent', async () => {
    await portal.goTo('/admin/data');
    const form = section('Import a file');
    await form.getByLabel('Dataset').selectOption('daily_bars');
    const buffer = Buffer.from(BARS.replace('ZZZ', 'YYY'));
    await form.getByLabel('File', { exact: true }).setInputFiles({ name: 'later.csv', mimeType: 'text/csv', buffer });
    await portal.page.context().clearCookies();
    await form.getByRole('button', { name: 'Import file' }).click();
    const dialog = portal.page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.getByLabel('Password', { exact: true }).fill(gateway.adminPassword);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.waitFor({ state: 'detached' });
    await form.getByRole('button', { name: 'Import file' }).click();
    await form.getByText(/^Imported 1 row into/).waitFor();
  });

  it('make synthetic data, which the datasets count', async () => {
    const form = section('Make synthetic data');
    await form.getByLabel('Companies').fill('2');
    await form.getByRole('button', { name: 'Make data' }).click();
    await form.getByText('Imported 126 rows into daily_bars.').waitFor();
    await section('Datasets')
      .getByRole('row', { name: /daily_bars .* 126 rows/ })
      .waitFor();
    await isWellMade();
  });
});
