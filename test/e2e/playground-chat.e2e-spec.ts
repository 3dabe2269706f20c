import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { JoinReply, NotRecovered, RoomEntry } from '../../src/protocol/chat.js';
import { describeInBrowser, launchBrowser } from '../harness/browser.js';
import { eventually } from '../harness/eventually.js';
import type { TestClient } from '../harness/test-client.js';
import { TestGateway } from '../harness/test-gateway.js';
import { adminToken } from '../harness/test-token.js';

/** The page's modules are plain JavaScript: what is used of them is written down here. */
interface RoomLog {
  readonly rows: readonly RoomEntry[];
  readonly lastSeq: number;
  readonly before: number;
  readonly hasOlder: boolean;
  readonly hasHole: boolean;
  readonly resumePoint: { readonly since?: number; readonly epoch?: number };
  takeJoin(reply: Partial<JoinReply>): void;
  take(entry: RoomEntry): void;
  takeOlder(page: { epoch: number; messages: readonly RoomEntry[]; first: number }): void;
  missedWith(row: RoomEntry): object | undefined;
  snapshot(): unknown;
}
type RoomLogClass = new (me: string, saved?: unknown) => RoomLog;

const MAX_RECOVERY = 6;
const PAGE = 4;

/** A room as the server keeps it, with entries made of small numbers. */
class ModelRoom {
  epoch = 1;
  entries: RoomEntry[] = [];

  append(kind: number, by: number, at: number): RoomEntry {
    const seq = this.entries.length + 1;
    const base = { room: 'r', seq, from: by === 0 ? 'me' : 'other', time: seq };
    const target = this.entries[at % Math.max(1, this.entries.length)];
    const isRevision = kind > 2 && target?.type === 'message' && !this.isDeleted(target.seq);
    const entry: RoomEntry = !isRevision
      ? kind === 2
        ? { ...base, type: 'member', user: 'other', action: 'added' }
        : { ...base, type: 'message', id: `i${seq}`, clientMsgId: `c${seq}`, body: `body ${seq}` }
      : kind === 3
        ? { ...base, type: 'edit', target: target.seq, body: `edit ${seq}` }
        : { ...base, type: 'deletion', target: target.seq };
    this.entries.push(entry);
    return entry;
  }

  /** Messages as they stand now, and edits without the text that was overtaken. */
  page(after: number, upTo = this.entries.length): RoomEntry[] {
    return this.entries.slice(after, upTo).map((entry) => {
      if (entry.type === 'edit') {
        const isOvertaken = this.revisionsOf(entry.target).at(-1) !== entry;
        return isOvertaken ? { ...entry, body: null } : entry;
      }
      return entry.type === 'message' ? this.folded(entry) : entry;
    });
  }

  join(since?: number, epoch?: number): Partial<JoinReply> {
    const head = this.entries.length;
    const common = { epoch: this.epoch, first: 1, head };
    const reason: NotRecovered | undefined =
      epoch !== undefined && epoch !== this.epoch
        ? 'epoch'
        : since !== undefined && head - since > MAX_RECOVERY
          ? 'tooMany'
          : undefined;
    return since === undefined || reason !== undefined
      ? {
          ...common,
          recovered: false,
          messages: this.page(Math.max(0, head - PAGE)),
          ...(reason && { reason }),
        }
      : { ...common, recovered: true, messages: this.page(since) };
  }

  private folded(entry: RoomEntry): RoomEntry {
    return this.revisionsOf(entry.seq).reduce(
      (message, revision) =>
        revision.type === 'edit'
          ? ({ ...message, body: revision.body, editedAt: revision.time } as RoomEntry)
          : ({ ...message, body: null, deletedAt: revision.time } as RoomEntry),
      entry,
    );
  }

  private isDeleted(seq: number): boolean {
    return this.revisionsOf(seq).some(({ type }) => type === 'deletion');
  }

  private revisionsOf(seq: number): RoomEntry[] {
    return this.entries.filter((entry) => 'target' in entry && entry.target === seq);
  }
}

describe("the page's log of a room", () => {
  let RoomLogOfPage: RoomLogClass;

  beforeAll(async () => {
    const path = '../../web/js/chat/room-log.js';
    ({ RoomLog: RoomLogOfPage } = (await import(path)) as { RoomLog: RoomLogClass });
  });

  const step = fc.record({
    action: fc.constantFrom('write', 'write', 'write', 'break', 'reopen', 'older', 'lose'),
    kind: fc.nat(4),
    by: fc.nat(1),
    at: fc.nat(20),
    isDelayed: fc.boolean(),
  });

  it('is what the server keeps, without a hole, and marks exactly what came while the page was away', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const room = new ModelRoom();
        let log = new RoomLogOfPage('me');
        let missed = new Set<number>();
        let isJoined = false;
        const delayed: RoomEntry[] = [];

        const join = (): void => {
          const { since, epoch } = log.resumePoint;
          const seenTo = epoch === room.epoch ? since! : 0;
          log.takeJoin(room.join(since, epoch));
          if (epoch !== undefined) {
            room.entries
              .filter(({ type, from, seq }) => type === 'message' && from === 'other' && seq > seenTo)
              .forEach(({ seq }) => missed.add(seq));
          }
          delayed.length = 0;
          isJoined = true;
        };
        const deliver = (): void => {
          delayed.splice(0).forEach((entry) => log.take(entry));
        };

        join();
        for (const { action, kind, by, at, isDelayed } of steps) {
          switch (action) {
            case 'write': {
              const entry = room.append(kind, by, at);
              if (isJoined && isDelayed && delayed.length < 2) {
                delayed.push(entry);
              } else if (isJoined) {
                log.take(entry);
                deliver();
              }
              break;
            }
            case 'break':
              isJoined = false;
              break;
            case 'reopen':
              // What is stored is read back as text.
              log = new RoomLogOfPage('me', JSON.parse(JSON.stringify(log.snapshot())));
              missed = new Set();
              isJoined = false;
              break;
            case 'older':
              if (isJoined && log.hasOlder) {
                const { before } = log;
                const messages = room.page(Math.max(0, before - 1 - PAGE), before - 1);
                log.takeOlder({ epoch: room.epoch, messages, first: 1 });
              }
              break;
            case 'lose':
              if (at === 0) {
                room.epoch += 1;
                room.entries = [];
                missed = new Set();
                isJoined = false;
              }
              break;
          }
          if (!isJoined && action !== 'write') {
            join();
          }
        }
        if (!isJoined) {
          join();
        }
        deliver();

        const expected = room
          .page(log.before - 1)
          .filter(({ type }) => type === 'message' || type === 'member');
        expect(log.hasHole).toBe(false);
        expect(log.lastSeq).toBe(room.entries.length);
        expect(log.rows).toEqual(expected);
        const marked = log.rows.filter((row) => log.missedWith(row) !== undefined).map(({ seq }) => seq);
        expect(marked).toEqual([...missed].filter((seq) => seq >= log.before).toSorted((a, b) => a - b));
      }),
      { numRuns: 400 },
    );
  });

  it('starts fresh on anything else that was stored', () => {
    for (const saved of [
      null,
      7,
      {},
      { epoch: 1, lastSeq: 'x', after: 0, rows: [] },
      { epoch: 1, rows: [{}] },
    ]) {
      expect(new RoomLogOfPage('me', saved).resumePoint).toEqual({});
    }
  });
});

describeInBrowser('chat on the playground in Chromium', () => {
  let gateway: TestGateway;
  let browser: Browser;
  const complaints: string[] = [];

  beforeAll(async () => {
    gateway = await TestGateway.start({
      DEMO: 'true',
      LIMIT_COMMANDS_PER_SECOND: '50',
      PRESENCE_GRACE_MS: '200',
    });
    browser = await launchBrowser();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await gateway.close();
  });

  /** A page of this user; pages of one context share what their browser stores. */
  async function signIn(name: string, shared?: BrowserContext): Promise<Page> {
    const context = shared ?? (await browser.newContext({ viewport: { width: 1280, height: 800 } }));
    const page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(gateway.origin);
    await page.getByTestId('sign-in-name').fill(name);
    await page.getByTestId('sign-in-submit').click();
    await page.getByTestId('chat-room-name').filter({ hasText: 'lobby' }).waitFor();
    // The composer tells when the room is not joined.
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
      // Within the limit of commands of the gateway.
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
    expect(complaints).toEqual([]);
  });
});
