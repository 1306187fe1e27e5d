import { TallygateError } from '../../common/tallygate-error.js';

/** Reading needs both stores; whichever is away, calls go on and nothing is lost, and the answer says so. */
export async function answering<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const words = 'Usage cannot be read right now: its database does not answer. Calls are still served and recorded.';
    throw new TallygateError('UNAVAILABLE', words, { cause, retryAfterSeconds: 5 });
  }
}
