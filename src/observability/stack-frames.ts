const MAX_FRAMES = 5;

/** Where an error came from, without what it says: its message may hold what a client sent, on any number of lines. */
export function stackFramesOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) {
    return undefined;
  }
  const frames = (error.stack ?? '').split('\n').filter((line) => /^ +at /.test(line));
  return [error.constructor.name, ...frames.slice(0, MAX_FRAMES)].join('\n');
}
