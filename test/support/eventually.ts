const PAUSE_MS = 25;
const PAUSE_MOST_MS = 250;

/** Waits until the check passes, asking again and again; its last failure is thrown when the time is over. */
export async function eventually<T>(check: () => T | Promise<T>, timeoutMs = 10_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const started = performance.now();
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      // To say why it failed may take long, e.g. to print what it compared; what it waits for must get on meanwhile.
      const tookMs = performance.now() - started;
      await new Promise((resolve) => setTimeout(resolve, Math.max(PAUSE_MS, Math.min(tookMs, PAUSE_MOST_MS))));
    }
  }
}
