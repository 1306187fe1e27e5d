import { setTimeout as pause } from 'node:timers/promises';
import { AnswerTooLarge } from './event-pieces.js';
import { eventsIn, type StreamedEvent } from './http-messages.js';

/** Pauses before a stream is taken up again, unless the server says one; and how often, while nothing comes. */
const PAUSE_MS = { usual: 1_000, least: 50, most: 60_000 };
const TRIES_MAX = 3;

/** The stream of an answer. */
export interface AnswerStream {
  events: AsyncIterable<Buffer>;
  /** What comes after this event, in another stream; undefined where the server does not keep it. */
  after: (lastEventId: string) => Promise<AsyncIterable<Buffer> | undefined>;
  /** Whether nobody waits for more. */
  isOver: () => boolean;
}

/**
 * The events of an answer, as they come. A stream with event ids that ends too early is taken up again behind the last one (MCP,
 * "Resumability"). @throws what ended the last stream, AnswerTooLarge: taken up again, it would be as large
 */
export async function* resumedEvents({ events, after, isOver }: AnswerStream): AsyncGenerator<StreamedEvent> {
  let pauseMs = PAUSE_MS.usual;
  let lastEventId: string | undefined;
  let tries = 0;
  for (let current: AsyncIterable<Buffer> | undefined = events; current; tries += 1) {
    let failure: unknown;
    try {
      for await (const event of eventsIn(current, (ms) => (pauseMs = Math.min(Math.max(ms, PAUSE_MS.least), PAUSE_MS.most)))) {
        if (event.id !== undefined) [lastEventId, tries] = [event.id, 0];
        yield event;
      }
    } catch (error) {
      failure = error;
    }
    if (isOver()) return;
    current = undefined;
    if (lastEventId && tries < TRIES_MAX && !(failure instanceof AnswerTooLarge)) {
      await pause(pauseMs, undefined, { ref: false });
      if (isOver()) return;
      current = await after(lastEventId).catch(() => undefined);
    }
    if (!current && failure !== undefined) throw failure;
  }
}
