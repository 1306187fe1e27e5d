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

/** How long an answer waits for what it can do without. */
export const WORTH_MS = 2_000;

/**
 * What is worth having and not worth waiting for: null when the work fails, which `failed` is told, or takes longer. For answers that are
 * asked for because of trouble, too, and for changes that are made by the time this is read.
 */
export async function orNull<T>(
  work: PromiseLike<T>,
  failed: (error: Error) => void = () => undefined,
  ms = WORTH_MS,
): Promise<T | null> {
  try {
    return await withDeadline(work, ms, () => new Error(`no answer within ${ms} ms`));
  } catch (error) {
    failed(error as Error);
    return null;
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
