import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { stringify } from 'yaml';
import { eventually } from '../../support/eventually.js';
import { GatewayProcess } from '../../support/gateway/gateway-process.js';
import { inBrowser } from '../../support/portal/in-browser.js';
import { openBrowser, PortalPage } from '../../support/portal/portal-browser.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { TestUpstream } from '../../support/upstreams/test-upstream.js';

jest.setTimeout(60_000);

const TEMPLATE = {
  transport: 'http',
  url: '${config.url}',
  headers: { Authorization: 'Bearer ${config.token}' },
  approval: 'manual',
  price: 1,
  config: {
    required: ['url'],
    properties: {
      url: { type: 'string', description: 'Where it answers' },
      token: { type: 'string', format: 'password' },
      rows: { type: 'integer' },
    },
  },
};
const TOOL = 'lookups__look';

/** One story, told in the order in which an operator lives it. */
inBrowser('an operator, in the portal alone,', () => {
  const upstream = new TestUpstream();
  let gateway: GatewayProcess;
  let browser: Browser;
  let portal: PortalPage;
  let page: Page;
  let key: string;
  beforeAll(async () => {
    upstream.tools = [{ name: 'look', description: 'Reads a table.', inputSchema: { type: 'object' } }];
    await upstream.start();
    const file = join(temporaryFolder('operators'), 'gateway.yaml');
    const servers = { allowed_networks: ['127.0.0.0/8'] };
    writeFileSync(file, stringify({ servers, templates: { lookup: TEMPLATE }, usage: { delivery_interval_ms: 50 } }));
    [gateway, browser] = await Promise.all([GatewayProcess.start({ env: { GATEWAY_CONFIG: file } }), openBrowser()]);
    portal = await PortalPage.open(browser, gateway);
    ({ page } = portal);
    page.setDefaultTimeout(10_000);
    await portal.signInAsAdmin(gateway);
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.destroy();
    await upstream.stop();
  });

  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const goTo = (name: string | RegExp) => page.getByRole('navigation').getByRole('link', { name }).click();
  const waiting = () => page.getByRole('article', { name: 'tool look' });
  /** What a client with the account's key has, over MCP. */
  const listed = async () => {
    const { json } = await gateway.mcp('tools/list', {}, key);
    return (json.result.tools as { name: string }[]).filter(({ name }) => name === TOOL).length;
  };
  const called = async () => (await gateway.call(TOOL, {}, key)).json.result as { isError?: boolean; structuredContent: object };

  /** The server says something else of itself, and the gateway has looked again. */
  async function changes(description: string): Promise<void> {
    upstream.tools = [{ ...upstream.tools[0]!, description }];
    const server = (await gateway.rest('GET', '/servers')).json as unknown as { id: string }[];
    await gateway.rest('POST', `/servers/${server[0]!.id}/check`);
  }

  it('gives themselves an account, with a key', async () => {
    await portal.goTo('/credits');
    await press('Enable credits');
    key = (await page.locator('[data-secret]').textContent())!;
    await press('Done');
    await press('Done'); // it was not copied, which is asked
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('begins at the first field of a chosen template, and is told at once of all that is wrong, and who allows an address', async () => {
    await portal.goTo('/admin/servers/new');
    await page.getByLabel('Made from').selectOption('lookup');
    const [url, rows] = [page.getByLabel('url', { exact: true }), page.getByLabel('rows (optional)')];
    const isFocused = () => url.evaluate((field) => field === field.ownerDocument.activeElement);
    expect(await isFocused()).toBe(true);
    await rows.fill('many');
    await press('Test');
    await page.getByText('It is needed.').waitFor();
    await page.getByText('Give a number.').waitFor();
    expect([await isFocused(), await portal.barriers()]).toEqual([true, []]);
    await url.fill('http://10.1.2.3/mcp');
    await rows.fill('');
    await press('Test');
    await page.getByText('Addresses in private networks are refused until').waitFor();
    await page.getByRole('link', { name: 'what is set now' }).click();
    await page.getByRole('row').filter({ hasText: 'servers.allowed_networks' }).getByText('127.0.0.0/8').waitFor();
  });

  it('registers a server by a template’s form, tried first with a wrong password, which the form hides', async () => {
    await portal.goTo('/admin/servers');
    await page.getByRole('link', { name: 'Add a server' }).first().click();
    await page.getByLabel('Made from').selectOption('lookup');
    await page.getByLabel('url', { exact: true }).fill(upstream.url);
    const token = page.getByLabel('token (optional)');
    expect(await token.getAttribute('type')).toBe('password');
    await token.fill('wrong');
    await press('Test');
    await page.getByText('It cannot be used:').waitFor();
    await token.fill(upstream.apiKey);
    await press('Test');
    await page.getByText('and offers 1 tool, about 20 tokens').waitFor();
    expect((await gateway.rest('GET', '/servers')).json).toEqual([]);
    await page.getByLabel('Name (optional)').fill('lookups');
    expect([await portal.barriers(), await portal.overflow()]).toEqual([[], 0]);
    await press('Save server');
    await page.getByRole('heading', { name: 'lookups' }).waitFor();
  });

  it('finds its tool waiting, which no caller has', async () => {
    await page.getByText('waits for approval', { exact: true }).waitFor();
    expect(await listed()).toBe(0);
    await goTo('Approvals 1 waiting');
    await waiting().getByText('Reads a table.').waitFor();
    await waiting().getByText('new', { exact: true }).waitFor();
  });

  it('approves it, and then it is called over MCP', async () => {
    await press('Approve look');
    await page.getByText('Nothing waits for approval.').waitFor();
    await eventually(async () => expect(await listed()).toBe(1));
    expect((await called()).structuredContent).toEqual({ rows: [1, 2, 3] });
  });

  it('gives it a price, and the account credits for it', async () => {
    await goTo('Prices and tiers');
    await page.getByRole('searchbox', { name: 'Search tools' }).fill(TOOL);
    await page.getByText('1 credit', { exact: true }).first().waitFor();
    await press(`Change the price of ${TOOL}`);
    await page.getByLabel(`Credits for one call of ${TOOL}`).fill('7');
    await page.getByLabel('Reason').fill('what it costs us');
    await press('Save');
    await page.getByLabel('Your password', { exact: true }).fill(gateway.adminPassword);
    await press('Confirm');
    await page.getByText('7 credits', { exact: true }).first().waitFor();
    await goTo('Accounts');
    await page.getByRole('link', { name: 'admin@localhost' }).click();
    await page.getByText('49 credits', { exact: true }).first().waitFor(); // 50 of the tier, less the call above
    await page.getByLabel('Amount').fill('100');
    await page.getByLabel('Reason').fill('to begin with');
    await press('Grant');
    await page.getByText('Booked: the balance is 149 credits.').waitFor();
  });

  it('sees what has changed of a tool, which is no caller’s until then', async () => {
    await changes('Reads a row.');
    expect(await listed()).toBe(0);
    await portal.goTo('/admin/approvals');
    await waiting().getByText('changed', { exact: true }).waitFor();
    expect([await waiting().locator('del').allTextContents(), await waiting().locator('ins').allTextContents()]).toEqual([
      ['table'],
      ['row'],
    ]);
    expect([await portal.barriers(), await portal.overflow()]).toEqual([[], 0]);
  });

  it('approves nothing that changed again while they looked', async () => {
    await changes('Sends a row away.');
    await press('Approve look');
    await page.getByText('It changed again while you looked, so nothing was approved: reloaded.').waitFor();
    expect(await listed()).toBe(0);
    await waiting().locator('ins').filter({ hasText: 'Sends' }).waitFor();
    await press('Approve look');
    await page.getByText('Nothing waits for approval.').waitFor();
    await eventually(async () => expect(await listed()).toBe(1));
  });

  it('finds who called what, and what it cost', async () => {
    expect((await called()).isError).not.toBe(true);
    await eventually(async () => {
      const { json } = await gateway.rest('GET', `/api/admin/calls?tool_name=${TOOL}`);
      expect(json.records).toHaveLength(2);
    });
    await goTo('Everybody’s calls');
    await page.getByLabel('Tool', { exact: true }).fill(TOOL);
    await page.keyboard.press('Enter');
    const row = page.getByRole('row').filter({ hasText: TOOL }).first();
    await row.getByRole('cell', { name: 'admin@localhost' }).waitFor();
    await row.getByRole('cell', { name: '7', exact: true }).waitFor();
    await row.getByRole('button', { name: TOOL }).click();
    await page.getByRole('dialog').getByText('7 credits').waitFor();
    await page.keyboard.press('Escape');
    await page.getByLabel('Source', { exact: true }).fill('examples');
    await page.keyboard.press('Enter');
    await page.getByText('No calls match.').waitFor();
    await page.getByLabel('Source', { exact: true }).fill('lookups');
    await page.keyboard.press('Enter');
    await row.waitFor();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export CSV', exact: true }).click(),
    ]);
    expect(readFileSync(await file.path(), 'utf8')).toMatch(new RegExp(`${TOOL},lookups,.*,admin@localhost\r\n`));
    expect(portal.complaints).toEqual([]);
  });

  it('sees at the server how much of it is called, by whom, and how fast it answers', async () => {
    await goTo('Servers');
    const cell = (label: string) => page.locator(`tbody td[data-label="${label}"]`);
    await cell('Calls, 24 h').getByText('2', { exact: true }).waitFor();
    await cell('p50').getByText(/ m?s$/).waitFor();
    await cell('p95').getByText(/ m?s$/).waitFor();
    await page.getByRole('link', { name: 'lookups' }).click();
    await page.getByRole('tab', { name: 'Calls' }).click();
    await page.getByText('2 calls in 24 hours, 0 failures: half took at most').waitFor();
    await eventually(async () => expect(await cell('User').allTextContents()).toEqual(Array(2).fill('admin@localhost')));
    await page.getByRole('button', { name: TOOL }).first().click();
    await page.getByRole('dialog').getByText('7 credits').waitFor();
    expect([await portal.barriers(), portal.complaints]).toEqual([[], []]);
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Filter the calls of lookups' }).click();
    await page.waitForURL('**/ui/admin/calls?service=lookups');
  });

  it('sees today who calls with what, what was turned away, and how that compares to before', async () => {
    expect((await gateway.mcp('tools/list', {}, 'sk-of-nobody')).status).toBe(401);
    await eventually(async () => {
      const { json } = await gateway.rest('GET', '/api/admin/mcp/analytics');
      expect(json.refusals).toContainEqual({ reason: 'unknown_key', refused: 1 });
    });
    await portal.goTo('/admin');
    await page.getByRole('row', { name: 'The key is unknown (401) 1' }).waitFor();
    await page.getByRole('region', { name: 'Top clients, this month' }).getByRole('cell', { name: '2', exact: true }).waitFor();
    await page.getByText('new: 0 calls in as long a time before').waitFor();
    expect([await portal.barriers(), portal.complaints]).toEqual([[], []]);
  });

  it('sees who approved its tool', async () => {
    await goTo('Servers');
    await page.getByRole('link', { name: 'lookups' }).click();
    await page.getByRole('row').filter({ hasText: 'Sends a row away.' }).getByText('by admin@localhost').waitFor();
  });

  it('sees how it was in each half hour of the day, and why a check failed last', async () => {
    const reading = () => page.locator('figure [aria-live]').textContent();
    const cells = page.getByRole('img', { name: /^Of the last 48 half hours: healthy in [12], not checked in 4[67]$/ });
    await eventually(async () => {
      await portal.goTo('/admin/servers');
      expect(await cells.count()).toBe(1);
    });
    expect(await page.getByRole('img', { name: /^In the last 24 hours it answered in [\d.]+ ms to [\d.]+ ms$/ }).count()).toBe(1);
    expect([await portal.barriers(), await portal.overflow()]).toEqual([[], 0]);
    await page.getByRole('link', { name: 'lookups' }).click();
    await page.getByRole('tab', { name: 'Health' }).click();
    await page.getByText('No check has failed.').waitFor();
    await page.getByRole('group', { name: 'Checks of lookups by half hour. Arrow keys read the values.' }).press('Home');
    expect(await reading()).toMatch(/^\d+:\d\d [AP]M: not checked$/);
    await page.keyboard.press('End');
    expect(await reading()).toMatch(/: healthy, \d+ checks, 0 failed, answered in [\d.]+ ms$/);
    await page.getByText('Show as table').click();
    expect(await page.getByRole('row').last().getByRole('cell').nth(1).textContent()).toBe('healthy');
    expect([await portal.barriers(), await portal.overflow()]).toEqual([[], 0]);
    await upstream.stop();
    await press('Check now');
    await eventually(async () => {
      await page.reload();
      await page.getByText(/^Last failed .*lookups refused the connection/).waitFor({ timeout: 1_000 });
    });
    await page.getByText(/^since/).waitFor();
    expect(portal.complaints).toEqual([]);
  });
});
