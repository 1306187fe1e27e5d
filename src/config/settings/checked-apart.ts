import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { TallygateError } from '../../common/tallygate-error.js';
import type { CheckedConfig, ConfigCheckInput } from './config-check.js';

const ENDS_WITHIN_MS = 5_000;
const LIMITS = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 };

/**
 * Checks a settings file in a thread of its own: neither YAML nor JSON Schemas in templates are read in linear time, whatever their size
 * is, and a text that is made for it must keep nobody else waiting.
 * @throws INVALID_INPUT where the text takes too long or too much memory
 */
export async function checkedApart(input: ConfigCheckInput): Promise<CheckedConfig> {
  const worker = new Worker(new URL('./check-worker.js', import.meta.url), { workerData: input, resourceLimits: LIMITS });
  try {
    const [checked] = (await once(worker, 'message', { signal: AbortSignal.timeout(ENDS_WITHIN_MS) })) as [CheckedConfig];
    return checked;
  } catch (error) {
    if (!isExhausted(error)) throw error;
    const words = 'The text cannot be checked: reading it takes more time or memory than a settings file may take.';
    throw new TallygateError('INVALID_INPUT', words, { cause: error });
  } finally {
    await worker.terminate();
  }
}

/** Whether the text took too long, or too much memory; anything else is a fault of ours. */
const isExhausted = (error: unknown): boolean =>
  (error as Error).name === 'AbortError' || (error as { code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY';
