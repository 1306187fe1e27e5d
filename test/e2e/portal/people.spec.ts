import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { GatewayProcess } from '../../support/gateway/gateway-process.js';
import { inBrowser } from '../../support/portal/in-browser.js';
import { openBrowser, PortalPage } from '../../support/portal/portal-browser.js';

jest.setTimeout(60_000);

const [FIRST, CHOSEN] = ['a password to begin with', 'a password of their own'];

inBrowser('people in the portal', () => {
  let gateway: GatewayProcess;
  let browser: Browser;
  let admin: PortalPage;
  beforeAll(async () => {
    [gateway, browser] = await Promise.all([GatewayProcess.start({ env: { GATEWAY_REGISTRATION: 'open' } }), openBrowser()]);
    admin = await PortalPage.open(browser, gateway, { permissions: ['clipboard-read', 'clipboard-write'] });
    await admin.signInAsAdmin(gateway);
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.destroy();
  });

  const open = () => PortalPage.open(browser, gateway);
  const make = (username: string) =>
    gateway.rest('POST', '/auth/users', { username, email: `${username}@example.com`, password: FIRST });

  /** The page of a user, gone to as an administrator does. */
  async function lookAt(username: string): Promise<void> {
    await admin.goTo(`/admin/users?search=${username}`);
    await admin.page.getByRole('link', { name: `${username}@example.com` }).click();
    await admin.page.getByRole('heading', { name: 'Usage' }).waitFor();
    await admin.settled();
  }

  /** Where the gateway asks for it, the admin's password once more. */
  async function confirmIfAsked(then: string): Promise<void> {
    const dialog = admin.page.getByRole('dialog', { name: 'Confirm your password' });
    await dialog.or(admin.page.getByRole('dialog', { name: then })).waitFor();
    if (!(await dialog.isVisible())) return;
    await dialog.getByLabel('Your password').fill(gateway.adminPassword);
    await dialog.getByRole('button', { name: 'Confirm' }).click();
  }

  async function linkFor(username: string): Promise<string> {
    const { page } = admin;
    await lookAt(username);
    await page.getByRole('button', { name: 'Make a password link' }).click();
    await confirmIfAsked(`Password link for ${username}@example.com`);
    await page.getByRole('button', { name: 'Copy password link' }).click();
    await page.getByRole('button', { name: 'Copy password link' }).getByText('Copied').waitFor();
    await page.getByRole('button', { name: 'Done' }).click();
    return page.evaluate<string>('navigator.clipboard.readText()');
  }

  async function setPassword({ page }: PortalPage, password: string): Promise<void> {
    await page.getByLabel('New password').fill(password);
    await page.getByLabel('The same again').fill(password);
    await page.getByRole('button', { name: 'Set password' }).click();
  }

  it('set a password by a link that an admin makes, once, and sign in with it', async () => {
    await make('anna');
    const link = await linkFor('anna');
    const anna = await open();
    const asked: string[] = [];
    anna.page.on('request', (request) => asked.push(request.url(), JSON.stringify(request.headers())));
    await anna.page.goto(link);
    await anna.page.waitForURL('**/ui/password#*');
    await anna.page.getByLabel('New password').fill(CHOSEN);
    await anna.page.getByLabel('The same again').fill('something else');
    await anna.page.getByRole('button', { name: 'Set password' }).click();
    await anna.page.getByText('The two passwords differ.').waitFor();
    await setPassword(anna, CHOSEN);
    await anna.page.getByText('Your password is set.').waitFor();
    expect(anna.page.url()).not.toContain('#');
    await anna.page.getByRole('link', { name: 'Sign in' }).click();
    await anna.fillIn('anna', CHOSEN);
    await anna.settled();
    expect(await anna.page.title()).toBe('Overview · Tallygate');
    expect(anna.complaints).toEqual([]);
    const token = link.split('#')[1]!;
    expect(asked.join('\n')).not.toContain(token);
    expect(gateway.output).not.toContain(token);
    const late = await open();
    await late.page.goto(link);
    await late.page.getByText('This link was used already').waitFor();
  });

  it('are invited, choose a password, and are in: where the first steps are; until then the list says so', async () => {
    const { page } = admin;
    await admin.goTo('/');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('invite');
    await page.getByRole('option', { name: 'Invite a person' }).click();
    const dialog = page.getByRole('dialog', { name: 'Invite a person' });
    await dialog.getByLabel('E-mail').fill('anna@example.com');
    await dialog.getByLabel('Name').fill('Anna N');
    await dialog.getByRole('button', { name: 'Invite' }).click();
    await confirmIfAsked('Invite a person');
    await dialog.getByText('There is a user with this e-mail already.').waitFor();
    await dialog.getByLabel('E-mail').fill('ina@example.com');
    await dialog.getByRole('button', { name: 'Invite' }).click();
    const first = await copied('Invitation for ina@example.com');
    await page.getByRole('row', { name: 'ina@example.com' }).getByText('invited').waitFor();
    await page.getByRole('link', { name: 'ina@example.com' }).click();
    await page.getByRole('button', { name: 'Invite again' }).click();
    const link = await copied('Invitation for ina@example.com');
    expect(await admin.barriers()).toEqual([]);
    const ended = await open();
    await ended.page.goto(first);
    await ended.page.getByText('This link was used already').waitFor();

    const ina = await open();
    await ina.page.goto(link);
    await ina.page.getByRole('heading', { name: 'Welcome Anna N' }).waitFor();
    await ina.page.getByText('You sign in as ina@example.com').waitFor();
    expect(await ina.barriers()).toEqual([]);
    await ina.page.getByLabel('New password').fill(CHOSEN);
    await ina.page.getByLabel('The same again').fill(CHOSEN);
    await ina.page.getByRole('button', { name: 'Set password and sign in' }).click();
    await ina.page.getByRole('heading', { name: 'To the first call' }).waitFor();
    expect([await ina.page.title(), ina.page.url(), ina.complaints]).toEqual([
      'Overview · Tallygate',
      `${gateway.restUrl}/ui/`,
      [],
    ]);
    await admin.goTo('/admin/users?search=ina@');
    await page.getByRole('row', { name: 'ina@example.com' }).getByText('on', { exact: true }).waitFor();
  });

  /** What a dialog shows once, copied as a person does. */
  async function copied(title: string): Promise<string> {
    const dialog = admin.page.getByRole('dialog', { name: title });
    await dialog.getByRole('button', { name: /^Copy/ }).click();
    await dialog.getByText('Copied', { exact: true }).waitFor();
    await dialog.getByRole('button', { name: 'Done' }).click();
    return admin.page.evaluate<string>('navigator.clipboard.readText()');
  }

  it('have an account and credits as an admin gives them, and see both', async () => {
    await make('clara');
    await lookAt('clara');
    const { page } = admin;
    await page.getByRole('button', { name: 'Open an account' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Open account' }).click();
    await page.waitForURL('**/ui/admin/accounts/*');
    const form = page.getByRole('form', { name: 'Grant credits' });
    await form.getByLabel('Amount').fill('200');
    await form.getByLabel('Reason').fill('Welcome');
    await form.getByRole('button', { name: 'Grant' }).click();
    await form.getByText('Booked: the balance is 250 credits.').waitFor();
    const clara = await open();
    await clara.signIn('clara', FIRST);
    await clara.page.getByRole('link', { name: /^250 credits/ }).click();
    await clara.page.getByRole('row').filter({ hasText: 'Welcome' }).waitFor();
  });

  it('are asked to sign in again when an admin signs them out, and what they typed is kept', async () => {
    await make('bert');
    const bert = await open();
    await bert.signIn('bert', FIRST);
    await bert.goTo('/keys');
    await bert.page.getByRole('button', { name: 'Make a key' }).first().click();
    await bert.page.getByLabel('Name').fill('half-typed');
    await lookAt('bert');
    await admin.page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await admin.page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
    await admin.page.getByRole('dialog').waitFor({ state: 'detached' });
    await bert.page.getByRole('button', { name: 'Make key' }).click();
    const dialog = bert.page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.getByLabel('Password', { exact: true }).fill(FIRST);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await bert.page.getByLabel('Name').inputValue()).toBe('half-typed');
  });

  it('register where that is open, say what they are called, and are found by it', async () => {
    const carla = await open();
    await carla.page.goto(`${gateway.restUrl}/ui/`);
    await carla.page.getByRole('link', { name: 'Register' }).click();
    await carla.page.getByLabel('E-mail').fill('carla@example.com');
    await carla.page.getByLabel('New password').fill(CHOSEN);
    await carla.page.getByRole('button', { name: 'Register' }).click();
    await carla.page.getByRole('heading', { name: 'Overview' }).waitFor();
    await carla.goTo('/settings');
    await carla.page.getByLabel('Your name').fill('Carla Columna');
    await carla.page.getByRole('button', { name: 'Save name' }).click();
    await carla.page.getByRole('link', { name: 'Carla Columna' }).waitFor();
    await admin.goTo('/admin/users?search=carla&sort=login');
    const row = admin.page.getByRole('row', { name: 'carla@example.com' });
    expect(await row.textContent()).toMatch(/Carla Columna.*user.*on/);
    expect([...carla.complaints, ...admin.complaints]).toEqual([]);
  });
});
