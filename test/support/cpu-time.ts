/** The process does other things too: V8 compiles, memory is freed, what a test before left is ended. */
const TRIES = 5;

/** What is read once takes less than a tenth of it; what is read again and again, as the texts of these tests are, takes minutes. */
export const QUICK_MS = 5_000;

/** Least CPU time of a few tries of some work, ms; fewer once one was quick. A busy machine may well make it several times as long. */
export async function leastCpuMs(work: () => unknown): Promise<number> {
  let least = Infinity;
  for (let n = 0; n < TRIES && least >= QUICK_MS; n += 1) {
    const before = process.cpuUsage();
    await work();
    least = Math.min(least, process.cpuUsage(before).user / 1_000);
  }
  return least;
}
