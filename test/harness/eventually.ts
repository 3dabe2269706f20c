const DEADLINE_MS = 10_000;
const POLL_MS = 10;

/** Resolves once `check` no longer throws; rejects with its last error after ten seconds. */
export async function eventually(check: () => unknown): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}
