import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser } from './browser.js';
import type { TestGateway } from './test-gateway.js';

interface Visit {
  readonly role?: 'member' | 'admin';
  /** Pages of one context share what their browser stores. Default: a browser profile of their own. */
  readonly shared?: BrowserContext | undefined;
}

/** Visitors of a gateway's page, in one Chromium; `close` ends it with all its pages. */
export class PlaygroundVisitors {
  /** What went wrong on any page. Violations of the content security policy are console errors too. */
  readonly complaints: string[] = [];

  private constructor(
    private readonly browser: Browser,
    private readonly origin: string,
  ) {}

  static async launch({ origin }: TestGateway): Promise<PlaygroundVisitors> {
    return new PlaygroundVisitors(await launchBrowser(), origin);
  }

  newContext(): Promise<BrowserContext> {
    return this.browser.newContext({ viewport: { width: 1280, height: 800 } });
  }

  /** A page before anybody has signed in. */
  async openPage(shared?: BrowserContext): Promise<Page> {
    const page = await (shared ?? (await this.newContext())).newPage();
    page.on('console', (message) => message.type() === 'error' && this.complaints.push(message.text()));
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    await page.goto(this.origin);
    return page;
  }

  /** A page whose socket is open. */
  async signIn(name: string, { role = 'member', shared }: Visit = {}): Promise<Page> {
    const page = await this.openPage(shared);
    await page.getByTestId('sign-in-name').fill(name);
    await page.getByTestId('sign-in-role').selectOption(role);
    await page.getByTestId('sign-in-submit').click();
    await page.getByTestId('ready-state').filter({ hasText: 'OPEN' }).waitFor();
    return page;
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}
