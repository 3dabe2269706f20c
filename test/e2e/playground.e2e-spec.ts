import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { describeInBrowser, launchBrowser } from '../harness/browser.js';
import { eventually } from '../harness/eventually.js';
import { TestGateway } from '../harness/test-gateway.js';
import { testToken } from '../harness/test-token.js';

describeInBrowser('the playground in Chromium', () => {
  let gateway: TestGateway;
  let browser: Browser;
  const complaints: string[] = [];

  beforeAll(async () => {
    gateway = await TestGateway.start({
      DEMO: 'true',
      QUOTES_INTERVAL_MS: '100',
      LIMIT_COMMANDS_PER_SECOND: '50',
    });
    browser = await launchBrowser();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await gateway.close();
  });

  /** A page of a visitor with a browser profile of their own. */
  async function openPage(): Promise<Page> {
    const page = await (await browser.newContext()).newPage();
    // Violations of the content security policy are console errors too.
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(gateway.origin);
    return page;
  }

  async function signIn(name: string, role: 'member' | 'admin' = 'member'): Promise<Page> {
    const page = await openPage();
    await page.getByTestId('sign-in-name').fill(name);
    await page.getByTestId('sign-in-role').selectOption(role);
    await page.getByTestId('sign-in-submit').click();
    await page.getByTestId('ready-state').filter({ hasText: 'OPEN' }).waitFor();
    return page;
  }

  const lastOf = (page: Page, symbol: string) =>
    page.locator(`[data-testid=row][data-symbol="${symbol}"] [data-testid=last]`).textContent();

  it('shows quotes that move', async () => {
    const page = await signIn('alice');
    await eventually(async () => expect(await lastOf(page, 'AAPL')).toMatch(/^\d/));
    const first = await lastOf(page, 'AAPL');
    await eventually(async () => expect(await lastOf(page, 'AAPL')).not.toBe(first));
    expect(await page.locator('[data-testid=row]').count()).toBe(10);
    await page.context().close();
  });

  it("shows an admin's broadcast in two other pages, as text and not as markup", async () => {
    const admin = await signIn('office', 'admin');
    const readers = [await signIn('ben'), await signIn('cid')];
    const markup = '<img src=x onerror="document.title=1">';

    await admin.getByTestId('broadcast-event').fill('maintenance');
    await admin.getByTestId('broadcast-data').fill(JSON.stringify({ note: markup }));
    await admin.getByTestId('broadcast-send').click();

    await admin.getByTestId('broadcast-result').filter({ hasText: '3' }).waitFor();
    for (const reader of readers) {
      const list = reader.getByTestId('update-list');
      await list.filter({ hasText: 'maintenance' }).waitFor();
      expect(await list.textContent()).toContain('<img src=x');
      expect(await list.locator('img').count()).toBe(0);
    }
    await Promise.all([admin, ...readers].map((page) => page.context().close()));
  });

  it('disconnects and connects again', async () => {
    const page = await signIn('dora');
    await page.getByTestId('disconnect').click();
    await page.getByTestId('ready-state').filter({ hasText: 'CLOSED' }).waitFor();
    await page.getByTestId('connect').click();
    await page.getByTestId('ready-state').filter({ hasText: 'OPEN' }).waitFor();
    const before = await lastOf(page, 'AAPL');
    await eventually(async () => expect(await lastOf(page, 'AAPL')).not.toBe(before));
    await page.context().close();
  });

  it('sends any envelope and logs the answer, without ever showing the token', async () => {
    const page = await signIn('eve');
    await page.getByTestId('envelope').fill('{"id":"mine","event":"echo","data":"over here"}');
    await page.getByTestId('envelope-send').click();
    await page.getByTestId('log').filter({ hasText: 'reply' }).waitFor();
    await page.getByTestId('envelope').fill('{broken');
    await page.getByTestId('envelope-send').click();
    await page.getByTestId('log').filter({ hasText: 'error' }).waitFor();
    expect(await page.content()).not.toMatch(/eyJ[\w-]+\.[\w-]+\./);
    await page.context().close();
  });

  it('signs in with a token of the address, and takes it out of the address', async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${gateway.origin}/#token=${testToken({ sub: 'linked' })}`);
    await page.getByTestId('ready-state').filter({ hasText: 'OPEN' }).waitFor();
    expect(page.url()).not.toContain('token');
    await page.context().close();
  });

  it('met no error and no violation of its content security policy', () => {
    expect(complaints).toEqual([]);
  });

  it('is out of reach for a page of another origin', async () => {
    const foreign: Server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>foreign</title>');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => foreign.once('listening', resolve));
    const page = await (await browser.newContext()).newPage();
    await page.goto(`http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`);
    const attempt = (origin: string) =>
      page.evaluate(
        ([url, token]) =>
          new Promise((resolve) => {
            const socket = new WebSocket(url!, ['tidegate.v1.json', `bearer.${token}`]);
            socket.addEventListener('open', () => resolve('open'));
            socket.addEventListener('close', ({ code }) => resolve(code));
          }),
        [`${origin.replace('http', 'ws')}/ws`, testToken()],
      );

    expect(await attempt(gateway.origin)).toBe(1006);
    expect(await gateway.metric('ws_upgrade_rejected_total', '{reason="origin"}')).toBe(1);
    // A browser cannot read the REST answers of another origin either.
    const fetched = page.evaluate(
      (url) =>
        fetch(url).then(
          () => 'read',
          () => 'blocked',
        ),
      `${gateway.origin}/v1/quotes`,
    );
    expect(await fetched).toBe('blocked');
    await page.context().close();
    foreign.close();
  });
});
