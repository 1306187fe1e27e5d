import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { GatewayProcess } from '../../support/gateway/gateway-process.js';
import { inBrowser } from '../../support/portal/in-browser.js';
import { openBrowser, PortalPage } from '../../support/portal/portal-browser.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

jest.setTimeout(60_000);

inBrowser('what the portal shows beside every page', () => {
  let gateway: GatewayProcess;
  let browser: Browser;
  let portal: PortalPage;
  /** What pages asked for that there is not: the browser's console complains of each. */
  const missed: string[] = [];
  beforeAll(async () => {
    const file = join(temporaryFolder('standing'), 'gateway.yaml');
    writeFileSync(
      file,
      'tools: { prices: { greet: 3 } }\nservers: { allowed_networks: [127.0.0.0/8] }\nnotices: { user_webhooks: true }\n',
    );
    [gateway, browser] = await Promise.all([GatewayProcess.start({ env: { GATEWAY_CONFIG: file } }), openBrowser()]);
    portal = await PortalPage.open(browser, gateway);
    await portal.page.clock.install();
    portal.page.on('response', (answer) => answer.status() === 404 && missed.push(new URL(answer.url()).pathname));
    await portal.signInAsAdmin(gateway);
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.destroy();
  });

  const left = () => portal.page.getByRole('link', { name: /credits left$/ });

  it('is nothing of credits for somebody without an account, who is not asked for again and again', async () => {
    await portal.settled();
    const asked: string[] = [];
    portal.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await portal.page.getByRole('link', { name: 'Usage', exact: true }).click();
    await portal.page.clock.runFor(120_000);
    await portal.settled();
    await portal.page.getByRole('link', { name: 'Credits', exact: true }).click();
    await portal.page.getByRole('heading', { name: 'Credits are not enabled' }).waitFor();
    await portal.settled();
    expect([missed, await left().count(), asked.filter((path) => path === '/api/mcp/account')]).toEqual([[], 0, []]);
  });

  it('is the balance once there is one, after a call from the portal too', async () => {
    await portal.goTo('/credits');
    await portal.page.getByRole('button', { name: 'Enable credits' }).click();
    for (let turn = 0; turn < 2; turn += 1) await portal.page.getByRole('button', { name: 'Done' }).click();
    await left().getByText('50 credits').waitFor();
    await portal.goTo('/tools/greet');
    await portal.page.getByLabel('name').fill('Ada');
    await portal.page.getByRole('button', { name: /^Call/ }).click();
    await left().getByText('47 credits').waitFor();
    await left().click();
    await portal.page.waitForURL('**/ui/credits');
  });

  it('is the balance also after a grant, and after a call that came by itself', async () => {
    const account = (await gateway.rest('GET', '/api/mcp/account')).json['id'] as number;
    await portal.goTo(`/admin/accounts/${account}`);
    await portal.page.getByLabel('Amount').fill('100');
    await portal.page.getByLabel('Reason').fill('to begin with');
    await portal.page.getByRole('button', { name: 'Grant' }).click();
    await left().getByText('147 credits').waitFor();
    await portal.goTo('/calls?live=on');
    const seen = portal.page.getByRole('button', { name: 'greet' });
    await seen.first().waitFor();
    const key = (await gateway.rest('POST', '/api/mcp-keys/create', { key_name: 'another' })).json['api_key'] as string;
    await gateway.rest('POST', '/tools/call', { server_id: 'examples', tool_name: 'greet', arguments: { name: 'Ada' } }, key);
    await left().getByText('144 credits').waitFor();
  });

  it('is, on Credits, what its holder is told of and where, with the secret of a new endpoint once', async () => {
    await portal.goTo('/credits');
    const card = portal.page.getByRole('region', { name: 'Alerts' });
    await card.getByText('You are told nothing yet.').waitFor();
    await card.getByLabel('Tell me at a balance of').fill('20');
    await card.getByLabel('Your endpoint').fill('https://127.0.0.1/');
    await card.getByRole('button', { name: 'Save alerts' }).click();
    await card.getByText('it is not at a public address').waitFor();
    await card.getByLabel('Your endpoint').fill('https://hooks.example.invalid/');
    await card.getByRole('button', { name: 'Save alerts' }).click();
    const dialog = portal.page.getByRole('dialog', { name: 'The secret of your endpoint' });
    const secret = (await dialog.locator('[data-secret]').textContent())!;
    expect(secret).toMatch(/^whsec_/);
    for (let turn = 0; turn < 2; turn += 1) await dialog.getByRole('button', { name: 'Done' }).click();
    await card.getByText('You are told at your endpoint when credits run low').waitFor();
    await card.getByRole('button', { name: 'Send a test notice' }).click();
    await card.getByText('A test notice is on its way by webhook.').waitFor();
    await portal.page.clock.runFor(1_000);
    const failed = card.getByText('failed, tried again');
    for (let turn = 0; turn < 20 && !(await failed.isVisible()); turn += 1) {
      await portal.settled();
      await portal.page.clock.runFor(1_000);
    }
    await failed.waitFor();
    expect([await portal.barriers(), await portal.overflow()]).toEqual([[], 0]);
    await portal.page.reload();
    await portal.settled();
    expect(await card.getByLabel('Tell me at a balance of').inputValue()).toBe('20');
    expect(await portal.page.content()).not.toContain(secret);
    await card.getByLabel('Your endpoint').fill('');
    await card.getByRole('button', { name: 'Save alerts' }).click();
    await card.getByText('You are told nothing yet.').waitFor();
  });

  it('is how many servers get no calls, at the menu, asked for once a minute and not with each page', async () => {
    const config = { url: 'http://127.0.0.1:9/mcp' };
    const made = await gateway.rest('POST', '/servers', { template_name: 'http', config });
    await gateway.rest('POST', `/servers/${made.json['id']}/check`);
    const asked: string[] = [];
    portal.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await portal.page.getByRole('link', { name: 'Tools', exact: true }).click();
    await portal.page.getByRole('link', { name: 'Calls', exact: true }).click();
    await portal.settled();
    expect(asked.filter((path) => /approvals|health/.test(path))).toEqual([]);
    await portal.page.clock.runFor(60_000);
    await portal.page.getByRole('link', { name: 'Servers 1 unhealthy' }).waitFor();
    expect(asked.filter((path) => /approvals|health/.test(path)).sort()).toEqual(['/api/admin/approvals', '/health']);
    expect(await portal.barriers()).toEqual([]);
  });
});
