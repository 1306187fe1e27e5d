import { describe, expect, it } from '@jest/globals';
import { Presence } from './presence';

const MINUTE_MS = 60_000;

describe('Somebody at a page', () => {
  it.each(['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'])(
    'is here for minutes after a %s, and not for hours',
    (input) => {
      let now = 0;
      const page = new EventTarget();
      const presence = new Presence(page, () => now);
      now = 4 * MINUTE_MS;
      expect(presence.isHere).toBe(true);
      page.dispatchEvent(new Event(input));
      now = 8 * MINUTE_MS;
      expect(presence.isHere).toBe(true);
      now = 9 * MINUTE_MS;
      expect(presence.isHere).toBe(false);
    },
  );

  it('is not here by what the page does itself', () => {
    let now = 0;
    const page = new EventTarget();
    const presence = new Presence(page, () => now);
    now = 6 * MINUTE_MS;
    page.dispatchEvent(new Event('load'));
    expect(presence.isHere).toBe(false);
    page.dispatchEvent(new Event('keydown'));
    expect(presence.isHere).toBe(true);
  });
});
