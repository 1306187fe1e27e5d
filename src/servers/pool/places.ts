import { Counts } from '../../common/concurrency/counts.js';

/** One place in so many is for others than the caller who has all the rest, so that nobody's slow calls take a server from everybody. */
const ONE_FOR_OTHERS_IN = 4;

/** The places of one server for calls at the same time, and who has them. */
export class Places {
  private readonly held = new Counts();

  /** @param onFree called whenever a place has become free. */
  constructor(
    private readonly most: number,
    private readonly onFree: () => void,
  ) {}

  get taken(): number {
    return this.held.total;
  }

  /** Whether the caller may have another one. @param most of all callers together, where that is fewer than there are. */
  hasRoomFor(callerId: string, most = this.most): boolean {
    const share = most - Math.floor(most / ONE_FOR_OTHERS_IN);
    return this.held.total < most && this.held.of(callerId) < share;
  }

  /** Takes a place, whether or not there is one. */
  take(callerId: string): Place {
    return new Place(
      () => this.add(callerId, 1),
      () => this.add(callerId, -1),
    );
  }

  private add(callerId: string, change: 1 | -1): void {
    this.held.add(callerId, change);
    if (change < 0) this.onFree();
  }
}

/** A place that a call has until it leaves. While its server waits for the caller, another call may have it. */
export class Place {
  private isHeld = true;
  private hasLeft = false;

  constructor(
    private readonly enter: () => void,
    private readonly free: () => void,
  ) {
    enter();
  }

  lend(): void {
    if (!this.isHeld) return;
    this.isHeld = false;
    this.free();
  }

  /** The call goes on, also where its place is another's by now. */
  takeBack(): void {
    if (this.isHeld || this.hasLeft) return;
    this.isHeld = true;
    this.enter();
  }

  leave(): void {
    this.hasLeft = true;
    this.lend();
  }
}
