import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeInBrowser } from '../harness/browser.js';
import { eventually } from '../harness/eventually.js';
import { PlaygroundVisitors } from '../harness/playground-visitors.js';
import { TestGateway } from '../harness/test-gateway.js';

describeInBrowser('updates on the playground in Chromium', () => {
  let gateway: TestGateway;
  let visitors: PlaygroundVisitors;

  beforeAll(async () => {
    gateway = await TestGateway.start({ DEMO: 'true' });
    visitors = await PlaygroundVisitors.launch(gateway);
  }, 60_000);
  afterAll(async () => {
    await visitors.close();
    await gateway.close();
  });

  const signIn = (name: string): Promise<Page> => visitors.signIn(name);
  const signInOffice = (): Promise<Page> => visitors.signIn('office', { role: 'admin' });

  const countIn = (page: Page, count: string): Promise<string | null> =>
    page.locator(`[data-count=${count}] dd`).textContent();

  const counts = async (page: Page): Promise<(string | null)[]> =>
    Promise.all(['matched', 'written', 'acked'].map((count) => countIn(page, count)));

  it('keeps an inbox update for a page that opens later, and reports its acknowledgement', async () => {
    const office = await signInOffice();
    await office.getByTestId('updates-users').fill('late');
    await office.getByTestId('updates-delivery').selectOption('inbox');
    await office.getByTestId('updates-event').fill('order.filled');
    await office.getByTestId('updates-data').fill('{"text":"<b>100 AAPL</b>"}');
    await office.getByTestId('updates-send').click();
    await office.getByTestId('updates-result').filter({ hasText: 'kept for 1' }).waitFor();
    await office.getByTestId('report-state').filter({ hasText: 'sending' }).waitFor();
    expect(await counts(office)).toEqual(['0', '0', '0']);

    const late = await signIn('late');
    const update = late.getByTestId('update').filter({ hasText: 'order.filled' });
    await update.filter({ hasText: '<b>100 AAPL</b>' }).filter({ hasText: 'expires in' }).waitFor();
    await update.getByTestId('update-ack').filter({ hasText: 'acked' }).waitFor();
    await eventually(async () => expect(await counts(office)).toEqual(['1', '1', '1']));
    await office.getByTestId('report-users').click();
    await office
      .getByTestId('report-user-rows')
      .filter({ hasText: 'late' })
      .filter({ hasText: '1 of 1' })
      .waitFor();
    await Promise.all([office, late].map((page) => page.context().close()));
  });

  it('acknowledges by hand where the user asks for that', async () => {
    const office = await signInOffice();
    const reader = await signIn('reader');
    await reader.getByTestId('update-auto-ack').uncheck();
    await office.getByTestId('updates-target').selectOption('all');
    await office.getByTestId('updates-send').click();
    const update = reader.getByTestId('update');
    await update.filter({ hasText: 'ack due' }).waitFor();
    await eventually(async () => expect(await counts(office)).toEqual(['2', '2', '1']));
    await update.getByTestId('update-again').click();
    await eventually(async () => expect(await counts(office)).toEqual(['2', '2', '2']));
    await Promise.all([office, reader].map((page) => page.context().close()));
  });

  it('shows what is scheduled, cancels it, and only tries where nothing shall be sent', async () => {
    const office = await signInOffice();
    await office.getByTestId('updates-users').fill('nobody');
    await office.getByTestId('updates-dry-run').check();
    await office.getByTestId('updates-send').click();
    const result = office.getByTestId('updates-result');
    await result.filter({ hasText: 'Matched 0 users, 0 connections; nothing was sent' }).waitFor();
    expect(await result.getAttribute('data-kind')).toBe('none');
    expect(await office.getByTestId('report').isVisible()).toBe(false);

    await office.getByTestId('updates-dry-run').uncheck();
    await office.getByTestId('updates-not-before').fill('3600');
    await office.getByTestId('updates-send').click();
    await result.filter({ hasText: 'Scheduled' }).waitFor();
    await office.getByTestId('report-state').filter({ hasText: 'scheduled' }).waitFor();
    await office.getByTestId('report-cancel').click();
    await office.getByTestId('report-state').filter({ hasText: 'cancelled' }).waitFor();
    expect(await office.getByTestId('report-cancel').isVisible()).toBe(false);
    await office.context().close();
  });

  it('comes back as the same device, and another browser is another one', async () => {
    const context = await visitors.newContext();
    const deviceOf = async (): Promise<string | null> => {
      const page = await context.newPage();
      const socket = page.waitForEvent('websocket');
      await page.goto(gateway.origin);
      await page.getByTestId('sign-in-submit').click();
      const device = new URL((await socket).url()).searchParams.get('device');
      await page.close();
      return device;
    };
    const device = await deviceOf();
    expect(device).toMatch(/^[\w-]{36}$/);
    expect(await deviceOf()).toBe(device);
    await context.close();
  });

  it('met no error and no violation of its content security policy', () => {
    expect(visitors.complaints).toEqual([]);
  });
});
