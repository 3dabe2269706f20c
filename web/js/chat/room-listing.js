/** Asks for the user's rooms: all pages of them, and once more when it was asked to meanwhile. */
import { patiently } from './patiently.js';

export class RoomListing {
  #client;
  #rooms;
  #joined;
  #isAsking = false;
  #mustRepeat = false;

  /** @param {Set<string>} joined rooms the connection is in: they stay in the list, whatever it says */
  constructor(client, rooms, joined) {
    this.#client = client;
    this.#rooms = rooms;
    this.#joined = joined;
  }

  /** Afterwards the connection hears of news in the user's rooms, too. */
  async refresh() {
    this.#mustRepeat = true;
    if (this.#isAsking) {
      return;
    }
    this.#isAsking = true;
    try {
      while (this.#mustRepeat) {
        this.#mustRepeat = false;
        await this.#askAll();
      }
    } finally {
      this.#isAsking = false;
    }
  }

  async #askAll() {
    const listed = new Set(this.#joined);
    let after;
    do {
      const data = after === undefined ? {} : { after };
      const { rooms, next } = await patiently(() => this.#client.request('chat.rooms', data));
      for (const summary of rooms) {
        listed.add(summary.room);
        this.#rooms.takeSummary(summary);
      }
      after = next ?? undefined;
    } while (after !== undefined);
    this.#rooms.all.filter(({ room }) => !listed.has(room)).forEach(({ room }) => this.#rooms.remove(room));
  }
}
