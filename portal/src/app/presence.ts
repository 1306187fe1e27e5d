/** How long after their last input somebody may still be looking. */
const HERE_MS = 5 * 60_000;
const INPUTS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'];

/** Whether a person is at the page. What a page asks for by itself must not keep a session alive that nobody uses. */
export class Presence {
  private seenAt: number;

  constructor(
    page: EventTarget,
    private readonly now: () => number = Date.now,
  ) {
    this.seenAt = now();
    for (const input of INPUTS) page.addEventListener(input, () => (this.seenAt = this.now()), { passive: true, capture: true });
  }

  get isHere(): boolean {
    return this.now() - this.seenAt < HERE_MS;
  }
}
