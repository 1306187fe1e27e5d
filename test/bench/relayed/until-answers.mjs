import { setTimeout } from 'node:timers/promises';
import { load } from '../generator.mjs';

const PAUSE_MS = 200;
const START_MS = 60_000;
const SHORTLY = { connections: 1, seconds: 0.2, warm: 0 };

/** Resolves when a server that was just started answers calls rightly, or with the Error of one that does not. */
export async function untilAnswers(server, request) {
  const until = Date.now() + START_MS;
  let ended;
  server.ended.then((error) => (ended = error));
  for (;;) {
    try {
      await load(server, request, SHORTLY);
      return undefined;
    } catch (error) {
      if (ended || Date.now() > until) return ended ?? new Error(`${error.stderr ?? error.message}\n${server.output()}`);
    }
    await setTimeout(PAUSE_MS);
  }
}
