/** Rows in one statement: every engine bounds its parameters. */
const CHUNK_ROWS = 500;

/** The list in pieces that one statement takes. */
export function* chunks<Item>(items: readonly Item[], size = CHUNK_ROWS): Iterable<readonly Item[]> {
  for (let start = 0; start < items.length; start += size) {
    yield items.slice(start, start + size);
  }
}
