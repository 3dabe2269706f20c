const MAX_CODE_POINTS = 80;

/** The start of a message's body, 80 code points at most; no character is cut in half. */
export function messagePreview(body: string): string {
  // A code point takes two units at most, so the rest of a long body need not be looked at.
  return Array.from(body.slice(0, 2 * MAX_CODE_POINTS))
    .slice(0, MAX_CODE_POINTS)
    .join('');
}
