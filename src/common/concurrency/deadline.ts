/**
 * The work's own outcome, or a rejection with `late()` after `ms` milliseconds. The work itself goes on; whoever can stop it does
 * so by its own means. Its failure after the deadline is nobody's business and is dropped.
 */
export async function withDeadline<T>(work: PromiseLike<T>, ms: number, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether the work has ended, well or badly, within `ms` milliseconds. Never rejects. */
export async function endedWithin(work: PromiseLike<unknown>, ms: number): Promise<boolean> {
  const ended = work.then(
    () => true,
    () => true,
  );
  return withDeadline(ended, ms, () => new Error('late')).catch(() => false);
}
