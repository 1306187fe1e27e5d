/** An item knows its neighbours, so that it can be taken out in one step. */
export interface Linked {
  previous?: this | undefined;
  next?: this | undefined;
}

/**
 * What has come and not gone, the oldest first, for what comes and goes with each call.
 *
 * Not a Set or a Map: those copy themselves into a larger or cleaner table every few calls, and V8's former tables refer to the next
 * one, with all that was in them. Once one of them is old, each younger one is kept until the next full collection, and with it every
 * call that was in it: a quarter of a free call's CPU time went into moving them.
 */
export class LinkedList<Item extends Linked> {
  private first: Item | undefined;
  private last: Item | undefined;

  get oldest(): Item | undefined {
    return this.first;
  }

  add(item: Item): void {
    item.previous = this.last;
    if (this.last) this.last.next = item;
    else this.first = item;
    this.last = item;
  }

  /** Does nothing for one that is not, or no longer, in it. */
  delete(item: Item): void {
    const { previous, next } = item;
    if (!previous && this.first !== item) return;
    if (previous) previous.next = next;
    else this.first = next;
    if (next) next.previous = previous;
    else this.last = previous;
    item.previous = item.next = undefined;
  }
}
