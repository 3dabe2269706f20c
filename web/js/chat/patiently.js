/** Repeats a command for as long as the server says "later"; any other failure is the caller's. */
const RETRY_MS = 1_000;

export async function patiently(request) {
  for (;;) {
    try {
      return await request();
    } catch (error) {
      if (!error.retryable) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, error.retryAfterMs ?? RETRY_MS));
    }
  }
}
