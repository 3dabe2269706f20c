const DEADLINE_MS = 10_000;
const POLL_MS = 10;

/** Resolves once `check` no longer throws; rejects with its last error after ten seconds, or after `deadlineMs`. */
export async function eventually(check: () => unknown, deadlineMs = DEADLINE_MS): Promise<void> {
  const deadline = Date.now() + deadlineMs;
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
