import { setTimeout as pause } from 'node:timers/promises';
import type { GatewayPart } from './parts.js';
import { randomNumbers } from './schedule.js';

export interface KillStartsOptions {
  forMs: number;
  /** From 0 to 1; the same number gives the same moments and signals. */
  dice: number;
  /** How long a start takes. */
  startMs: number;
}

/** Ends a gateway's starts, one after the other, each at a random moment of it. Returns how many it ended. */
export async function killStarts(gateway: GatewayPart, { forMs, dice, startMs }: KillStartsOptions): Promise<number> {
  const random = randomNumbers(dice * 2 ** 32);
  const until = performance.now() + forMs;
  let ended = 0;
  while (performance.now() < until) {
    await pause(startMs * random());
    if (gateway.endStart(random() < 0.5 ? 'SIGKILL' : 'SIGTERM')) ended += 1;
  }
  return ended;
}
