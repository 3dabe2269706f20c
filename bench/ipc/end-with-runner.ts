/** A child must not outlive the runner, however the runner ended. */
export function endWithRunner(): void {
  if (process.send === undefined) {
    throw new Error('Started by `npm run bench`, not by hand');
  }
  process.once('disconnect', () => process.exit(0));
}
