import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { describeInBrowser } from '../harness/browser.js';
import { eventually } from '../harness/eventually.js';
import { PlaygroundVisitors } from '../harness/playground-visitors.js';
import type { TestClient } from '../harness/test-client.js';
import { TestGateway } from '../harness/test-gateway.js';
import { adminToken } from '../harness/test-token.js';

describeInBrowser('chat on the playground in Chromium', () => {
  let gateway: TestGateway;
  let visitors: PlaygroundVisitors;

  beforeAll(async () => {
    gateway = await TestGateway.start({
      DEMO: 'true',
      PRESENCE_GRACE_MS: '200',
    });
    visitors = await PlaygroundVisitors.launch(gateway);
  }, 60_000);
  afterAll(async () => {
    await visitors.close();
    await gateway.close();
  });

  async function signIn(name: string, shared?: BrowserContext): Promise<Page> {
    const page = await visitors.signIn(name, { shared });
    await page.getByTestId('chat-room-name').filter({ hasText: 'lobby' }).waitFor();
    // The composer tells while the room is not joined.
    await eventually(async () => expect(await page.getByTestId('chat-hint').textContent()).toBe(''));
    return page;
  }

  async function say(page: Page, text: string): Promise<void> {
    await page.getByTestId('chat-text').fill(text);
    await page.getByTestId('chat-text').press('Enter');
  }

  const bodies = (page: Page): Promise<string[]> => page.getByTestId('message-body').allTextContents();
  const missed = (page: Page): Promise<string[]> =>
    page.locator('[data-missed="true"] [data-testid=message-body]').allTextContents();
  const message = (page: Page, text: string): ReturnType<Page['locator']> =>
    page.getByTestId('message').filter({ hasText: text });

  /** The unread number beside a room; an open room that is being read has none. */
  const unread = async (page: Page, room: string): Promise<string> => {
    const badge = page.getByTestId('room').filter({ hasText: room }).getByTestId('unread');
    return (await badge.isVisible()) ? ((await badge.textContent()) ?? '') : '';
  };

  async function writeTo(page: Page, user: string): Promise<void> {
    await page.getByTestId('chat-start-name').fill(user);
    await page.getByTestId('chat-start').click();
    await page.getByTestId('chat-room-name').filter({ hasText: user }).waitFor();
  }

  const close = (...pages: readonly Page[]): Promise<void[]> =>
    Promise.all(pages.map((page) => page.context().close()));

  it('shows a page that was closed and opened again exactly what it missed', async () => {
    const alice = await signIn('alice');
    const bob = await signIn('bob');
    await say(alice, 'before');
    await message(bob, 'before').waitFor();
    await bob.close();

    const away = ['one', 'two', 'three'];
    for (const text of away) {
      await say(alice, text);
    }
    await eventually(async () => expect(await alice.locator('[data-state=stored]').count()).toBe(4));
    const back = await signIn('bob', bob.context());
    await back.getByTestId('missed-divider').filter({ hasText: '3 messages' }).waitFor();
    expect(await missed(back)).toEqual(away);
    expect((await bodies(back)).filter((body) => ['before', ...away].includes(body))).toEqual([
      'before',
      ...away,
    ]);
    expect(await back.locator('[data-testid=missed-divider] + [data-missed="true"]').count()).toBe(1);

    // What comes from now on is not missed, and on the next visit nothing is.
    await say(alice, 'live');
    await message(back, 'live').waitFor();
    expect(await missed(back)).toEqual(away);
    await back.close();
    const again = await signIn('bob', bob.context());
    await message(again, 'live').waitFor();
    expect(await missed(again)).toEqual([]);
    expect(await again.getByTestId('missed-divider').count()).toBe(0);
    await close(alice, again);
  });

  it('marks what passed while the socket was down, and sends then what was written meanwhile, once', async () => {
    const carl = await signIn('carl');
    const dora = await signIn('dora');
    await dora.getByTestId('disconnect').click();
    await dora.getByTestId('chat-hint').filter({ hasText: 'Not connected' }).waitFor();
    await say(dora, 'written without a connection');
    await say(carl, 'spoken into the dark');
    await message(dora, 'without a connection').filter({ hasText: 'waiting' }).waitFor();

    await dora.getByTestId('connect').click();
    await message(carl, 'without a connection').waitFor();
    await message(dora, 'into the dark').waitFor();
    expect(await missed(dora)).toEqual(['spoken into the dark']);
    expect(await message(dora, 'without a connection').count()).toBe(1);
    expect(await message(carl, 'without a connection').count()).toBe(1);
    await eventually(async () =>
      expect(await message(dora, 'without a connection').getAttribute('data-state')).toBe('stored'),
    );
    await close(carl, dora);
  });

  it('shows the same unread counts in the tabs of one user', async () => {
    const eve = await signIn('eve');
    const [first, second] = [await signIn('fred'), await signIn('fred')];
    await writeTo(eve, 'fred');
    await say(eve, 'psst');
    await say(eve, 'are you there?');
    for (const tab of [first, second]) {
      await eventually(async () => expect(await unread(tab, 'eve')).toBe('2'));
    }
    await first.getByTestId('room').filter({ hasText: 'eve' }).getByRole('button').click();
    await message(first, 'are you there?').waitFor();
    await first.getByTestId('unread-divider').waitFor();
    for (const tab of [first, second]) {
      await eventually(async () => expect(await unread(tab, 'eve')).toBe(''));
    }
    await close(eve, first, second);
  });

  it('brings a direct message to a user who was away', async () => {
    const gina = await signIn('gina');
    await writeTo(gina, 'hank');
    await gina.getByTestId('chat-room-note').filter({ hasText: 'offline' }).waitFor();
    await say(gina, 'for later');
    await eventually(async () =>
      expect(await message(gina, 'for later').getAttribute('data-state')).toBe('stored'),
    );
    const hank = await signIn('hank');
    await eventually(async () => expect(await unread(hank, 'gina')).toBe('1'));
    await gina.getByTestId('chat-room-note').filter({ hasText: 'online' }).waitFor();
    await hank.getByTestId('room').filter({ hasText: 'gina' }).getByRole('button').click();
    await message(hank, 'for later').waitFor();

    await hank.getByTestId('chat-text').pressSequentially('so');
    await gina.getByTestId('chat-typing').filter({ hasText: 'hank is typing' }).waitFor();
    await hank.getByTestId('chat-text').press('Enter');
    await message(gina, 'so').waitFor();
    await eventually(async () => expect(await gina.getByTestId('chat-typing').textContent()).toBe(''));
    await close(gina, hank);
  });

  it('shows edits and deletions everywhere, and markup as text', async () => {
    const [ida, jim] = [await signIn('ida'), await signIn('jim')];
    const markup = '<img src=x onerror="document.title=1"><b>bold</b>';
    await say(ida, markup);
    await say(ida, 'a tpyo');
    await say(ida, 'a slip');
    await message(jim, 'a slip').waitFor();
    expect(await bodies(jim)).toContain(markup);
    expect(await jim.getByTestId('chat-messages').locator('img, b').count()).toBe(0);

    await message(ida, 'a slip').hover();
    await message(ida, 'a slip').getByTestId('message-delete').click();
    await message(ida, 'a slip').getByTestId('message-delete').click();
    await message(ida, 'a tpyo').hover();
    await message(ida, 'a tpyo').getByTestId('message-edit').click();
    await ida.getByTestId('chat-editing').waitFor();
    await say(ida, 'no typo');
    for (const page of [ida, jim]) {
      await message(page, 'no typo').filter({ hasText: '(edited)' }).waitFor();
      await page.locator('[data-deleted="true"]').filter({ hasText: 'was deleted' }).waitFor();
      expect(await message(page, 'a slip').count()).toBe(0);
    }
    // Nobody rewrites the words of others.
    await message(jim, 'no typo').hover();
    expect(await message(jim, 'no typo').getByTestId('message-edit').isVisible()).toBe(false);
    await close(ida, jim);
  });

  it('keeps a message that slow mode holds back, says for how long, and sends it then', async () => {
    const room = gateway.rest.put('/v1/rooms/calm').set('authorization', `Bearer ${adminToken()}`);
    await room.send({ kind: 'public', slowModeSeconds: 2 }).expect(200);
    const kim = await signIn('kim');
    await kim.getByTestId('chat-start-name').fill('#calm');
    await kim.getByTestId('chat-start').click();
    await kim.getByTestId('chat-room-name').filter({ hasText: 'calm' }).waitFor();
    await kim.getByTestId('chat-hint').filter({ hasText: 'one message every 2 s' }).waitFor();
    await say(kim, 'first');
    await say(kim, 'second');
    await kim.getByTestId('chat-hint').filter({ hasText: 'Slow mode: your message goes in' }).waitFor();
    await eventually(async () =>
      expect(await message(kim, 'second').getAttribute('data-state')).toBe('stored'),
    );

    const mute = gateway.rest
      .put('/v1/rooms/calm/members/kim/mute')
      .set('authorization', `Bearer ${adminToken()}`);
    await mute.send({ forSeconds: 60 }).expect(200);
    await kim.getByTestId('chat-hint').filter({ hasText: 'You are muted for' }).waitFor();
    expect(await kim.getByTestId('chat-send').isDisabled()).toBe(true);
    await close(kim);
  });

  it('holds a crowded room in a short list, and reads the rest on demand', async () => {
    const bot: TestClient = await gateway.signIn('bot');
    await bot.request('chat.join', { room: 'lobby' });
    const lee = await signIn('lee');
    const write = async (from: number, count: number): Promise<void> => {
      const numbers = Array.from({ length: count }, (_, index) => from + index);
      await Promise.all(
        numbers.map((number) =>
          bot.request('chat.send', { room: 'lobby', clientMsgId: `n${number}`, body: `number ${number}.` }),
        ),
      );
    };
    for (let from = 1; from <= 650; from += 40) {
      await write(from, 40);
      await message(lee, `number ${from + 39}.`).waitFor();
    }
    const shown = lee.getByTestId('message');
    expect(await shown.count()).toBeLessThanOrEqual(300);
    const box = lee.getByLabel('Messages', { exact: true });
    await eventually(async () => {
      await box.evaluate((element) => {
        element.scrollTop = 0;
      });
      expect(await message(lee, 'number 1.').count()).toBe(1);
    });
    expect(await shown.count()).toBeLessThanOrEqual(300);
    await lee.getByTestId('chat-newest').click();
    await message(lee, 'number 680.').waitFor();
    await close(lee);
  }, 60_000);

  it('met no error and no violation of its content security policy', () => {
    expect(visitors.complaints).toEqual([]);
  });
});
