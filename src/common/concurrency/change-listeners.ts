/** Those who want to be told of a change. They are told in the order in which they came. */
export class ChangeListeners<Change = void> {
  private readonly listeners = new Set<(change: Change) => void>();

  /** Tells the listener of every change from now on, until the returned function is called. */
  add(listener: (change: Change) => void): () => void {
    // A function of its own, so that one listener may be added twice.
    const own = (change: Change) => listener(change);
    this.listeners.add(own);
    return () => void this.listeners.delete(own);
  }

  tell(change: Change): void {
    for (const listener of this.listeners) listener(change);
  }
}
