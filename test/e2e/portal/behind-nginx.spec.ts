import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import type { Browser } from 'playwright-core';
import { freePort } from '../../support/gateway/free-port.js';
import { GatewayProcess } from '../../support/gateway/gateway-process.js';
import { hasNginx, startNginx, stopped } from '../../support/gateway/nginx.js';
import { inBrowser } from '../../support/portal/in-browser.js';
import { openBrowser, PortalPage } from '../../support/portal/portal-browser.js';
import { portalPaths } from '../../support/portal/portal-paths.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { TestAuthority } from '../../support/upstreams/certificates.js';

jest.setTimeout(120_000);
if (!hasNginx()) process.stderr.write('SKIPPED: the portal behind nginx; install nginx to run it.\n');

/** As deploy/nginx.conf passes requests on. */
const PASSED_ON =
  'proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-For $remote_addr;';

(hasNginx() ? inBrowser : describe.skip)('the portal behind nginx', () => {
  let gateway: GatewayProcess;
  let browser: Browser;
  let nginx: ChildProcess;
  let port: number;
  let tlsPort: number;
  beforeAll(async () => {
    [gateway, browser, port, tlsPort] = await Promise.all([GatewayProcess.start(), openBrowser(), freePort(), freePort()]);
    const { certFile, keyFile } = new TestAuthority().sign('DNS:localhost');
    const locations = `${PASSED_ON} location / { proxy_pass ${gateway.restUrl}; } location /team/data/ { proxy_pass ${gateway.restUrl}/; }`;
    const conf = `events {} http { server { listen 127.0.0.1:${port}; ${locations} }
      server { listen 127.0.0.1:${tlsPort} ssl; ssl_certificate ${certFile}; ssl_certificate_key ${keyFile}; ${locations} } }`;
    nginx = startNginx(conf, temporaryFolder('portal-nginx'));
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.destroy();
    if (nginx) await stopped(nginx);
  });

  it.each([
    ['a port of its own', () => `http://localhost:${port}`],
    ['a path of it and TLS', () => `https://localhost:${tlsPort}/team/data`],
  ])('at %s, is signed in to, and each of its pages opens by its address', async (_, address) => {
    const portal = await PortalPage.open(browser, { restUrl: address() }, { ignoreHTTPSErrors: true });
    await portal.signInAsAdmin(gateway);
    // A password link is whole with what stands behind "#" alone.
    for (const path of [...portalPaths(), '/tools/greet'].filter((one) => one !== '/password')) {
      await portal.goTo(path);
      expect([path, await portal.page.locator('[role=alert]').allTextContents()]).toEqual([path, []]);
    }
    const [cookie, ...others] = await portal.page.context().cookies();
    expect(others).toEqual([]);
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', secure: address().startsWith('https') });
    expect(portal.complaints).toEqual([]);
  });

  it('sets the price of a method, whose name has a slash in it', async () => {
    const portal = await PortalPage.open(browser, { restUrl: `http://localhost:${port}/team/data` });
    await portal.signInAsAdmin(gateway);
    await portal.goTo('/admin/prices?edit=resources%2Fread');
    await portal.page.getByLabel('Credits for one call of resources/read').fill('2');
    await portal.page.getByLabel('Reason').fill('large files');
    await portal.page.getByRole('button', { name: 'Save' }).click();
    await portal.page.getByLabel('Your password', { exact: true }).fill(gateway.adminPassword);
    await portal.page.getByRole('button', { name: 'Confirm' }).click();
    await portal.page.getByRole('row').filter({ hasText: 'resources/read' }).getByText('2 credits').waitFor();
  });

  it('changes what it is told to', async () => {
    const portal = await PortalPage.open(
      browser,
      { restUrl: `https://localhost:${tlsPort}/team/data` },
      { ignoreHTTPSErrors: true },
    );
    await portal.signInAsAdmin(gateway);
    await portal.goTo('/tools/greet');
    await portal.page.getByLabel('name').fill('nginx');
    await portal.page.getByRole('button', { name: 'Call tool' }).click();
    await portal.page.getByText('nginx').last().waitFor();
    await portal.page.getByRole('button', { name: 'Sign out' }).click();
    await portal.page.getByLabel('E-mail or user name').waitFor();
    expect(portal.page.url()).toMatch(/\/team\/data\/ui\//);
  });
});
