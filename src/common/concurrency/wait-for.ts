import { loggerFor } from '../log-contexts.js';
export interface WaitOptions {
  /** Give up after this long. */
  timeoutMs: number;
  pauseMs?: number;
}

/**
 * Tries until it works, saying once a second-long pause what it waits for.
 * @throws Error naming the thing and the last failure, when the time is over.
 */
export async function waitFor<T>(name: string, attempt: () => Promise<T>, options: WaitOptions): Promise<T> {
  const logger = loggerFor('Start');
  const deadline = performance.now() + options.timeoutMs;
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      const reason = error instanceof Error ? error.message || ((error as { code?: string }).code ?? error.name) : String(error);
      if (performance.now() >= deadline) throw new Error(`${name} cannot be reached: ${reason}`, { cause: error });
      if (tries === 1) logger.log(`Waiting for ${name}: ${reason}`);
      await new Promise((resolve) => setTimeout(resolve, options.pauseMs ?? 1_000));
    }
  }
}
