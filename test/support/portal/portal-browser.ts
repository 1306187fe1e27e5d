import axe from 'axe-core';
import { spawnSync } from 'node:child_process';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import type { GatewayProcess } from '../gateway/gateway-process.js';

const PROGRAM = ['chromium', 'chromium-browser', 'google-chrome'].find((name) => spawnSync(name, ['--version']).status === 0);

const ARGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'];
const QUIET = ['--disable-background-networking', '--disable-component-update'];
/** Standards that every page keeps, and what axe takes for good practice. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export const hasBrowser = PROGRAM !== undefined;

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: spawnSync('which', [PROGRAM!]).stdout.toString().trim(), args: [...ARGS, ...QUIET] });

/** A tab of a browser of its own, with what its pages were refused and complained of. */
export class PortalPage {
  /** Violations of the Content-Security-Policy, exceptions, and errors of the console but failed requests. */
  readonly complaints: string[] = [];

  private constructor(
    readonly page: Page,
    private readonly address: string,
  ) {}

  static async open(browser: Browser, gateway: { restUrl: string }, options: BrowserContextOptions = {}): Promise<PortalPage> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    return new PortalPage(await context.newPage(), `${gateway.restUrl}/ui`).listening();
  }

  /** Another tab of the same browser. */
  async another(): Promise<PortalPage> {
    return new PortalPage(await this.page.context().newPage(), this.address).listening();
  }

  private listening(): this {
    this.page.on('pageerror', ({ message }) => this.complaints.push(message));
    this.page.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' && !text.startsWith('Failed to load resource')) this.complaints.push(text);
    });
    return this;
  }

  async signIn(name: string, password: string): Promise<void> {
    await this.page.goto(`${this.address}/`);
    await this.fillIn(name, password);
    await this.page.getByRole('contentinfo').waitFor();
  }

  async signInAsAdmin({ adminPassword }: GatewayProcess): Promise<void> {
    await this.signIn('admin@localhost', adminPassword);
  }

  async fillIn(name: string, password: string): Promise<void> {
    await this.page.getByLabel('E-mail or user name').fill(name);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
  }

  /** A page of the portal, with everything that is read for it. */
  async goTo(path: string): Promise<void> {
    await this.page.goto(this.address + path);
    await this.settled();
  }

  async settled(): Promise<void> {
    await this.page.getByRole('contentinfo').waitFor();
    await this.page.locator('[aria-label="Loading"], [aria-busy="true"]').first().waitFor({ state: 'detached' });
  }

  /** What axe finds, as one line each. */
  async barriers(): Promise<string[]> {
    await this.page.evaluate(axe.source);
    const { violations } = await this.page.evaluate(
      (rules) => (globalThis as unknown as { axe: typeof axe }).axe.run({ runOnly: rules }),
      RULES,
    );
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html.slice(0, 200)}`);
  }

  /** Pixels that the page is wider than its window. */
  overflow(): Promise<number> {
    return this.page.evaluate('document.documentElement.scrollWidth - innerWidth');
  }
}
