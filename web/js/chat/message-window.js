/**
 * Which rows of a log are in the document: so few that a crowded room stays quick. It follows the newest row until it
 * is moved. Pure state.
 */
const SIZE = 300;
const STEP = 100;

export class MessageWindow {
  /** The first row in it; undefined while it follows. */
  #topSeq;

  get isFollowing() {
    return this.#topSeq === undefined;
  }

  follow() {
    this.#topSeq = undefined;
  }

  /** Stays where it is, whatever is added below. */
  stay(rows) {
    this.#startAt(rows, this.of(rows).start);
  }

  of(rows) {
    const newest = Math.max(0, rows.length - SIZE);
    const found = this.isFollowing ? newest : rows.findIndex(({ seq }) => seq >= this.#topSeq);
    const start = found === -1 ? newest : found;
    return { start, end: Math.min(rows.length, start + SIZE) };
  }

  /** False when it is at the oldest row already. */
  moveUp(rows) {
    const { start } = this.of(rows);
    this.#startAt(rows, Math.max(0, start - STEP));
    return start > 0;
  }

  /** False when it is at the newest row already. */
  moveDown(rows) {
    const { start, end } = this.of(rows);
    this.#startAt(rows, Math.min(start + STEP, Math.max(0, rows.length - SIZE)));
    return end < rows.length;
  }

  #startAt(rows, index) {
    this.#topSeq = rows[index]?.seq;
  }
}
