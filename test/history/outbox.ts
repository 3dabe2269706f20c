import type { ChatLink } from './chat-link.js';
import type { Ending } from './history.js';

const RETRY_MS = 250;

/** Sends one command on a link. */
export type Send = (link: ChatLink) => Promise<Ending<unknown>>;

/** Commands that are repeated, on this link or the next, until the server settles them. */
export class Outbox {
  private readonly unanswered = new Set<Send>();
  private link: ChatLink | undefined;

  get size(): number {
    return this.unanswered.size;
  }

  add(send: Send): void {
    this.unanswered.add(send);
    if (this.link !== undefined) {
      void this.transmit(this.link, send);
    }
  }

  /** The rooms are joined on this link: what is unanswered goes out again, in its order. */
  resumeOn(link: ChatLink): void {
    this.link = link;
    this.unanswered.forEach((send) => void this.transmit(link, send));
  }

  pause(): void {
    this.link = undefined;
  }

  /** Sends everything once more although it may be on its way. */
  repeat(): void {
    const { link } = this;
    if (link !== undefined) {
      this.unanswered.forEach((send) => void send(link));
    }
  }

  private async transmit(link: ChatLink, send: Send): Promise<void> {
    while (link === this.link && this.unanswered.has(send)) {
      const { outcome } = await send(link);
      if (outcome !== 'info') {
        this.unanswered.delete(send);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
