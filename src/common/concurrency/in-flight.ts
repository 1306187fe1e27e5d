/**
 * What is under way, by a key: a Map for what comes and goes with each call. What has gone is let go at once, while a Map of V8 may keep
 * it until the next full collection (see `LinkedList`); only its empty box stays.
 */
export class InFlight<Key, Value> {
  private readonly boxes = new Map<Key, { value: Value | undefined }>();

  has(key: Key): boolean {
    return this.boxes.has(key);
  }

  get(key: Key): Value | undefined {
    return this.boxes.get(key)?.value;
  }

  set(key: Key, value: Value): void {
    this.take(key);
    this.boxes.set(key, { value });
  }

  /** Takes it out, if it is there. */
  take(key: Key): Value | undefined {
    const box = this.boxes.get(key);
    if (!box) return undefined;
    this.boxes.delete(key);
    const { value } = box;
    box.value = undefined;
    return value;
  }

  keys(): Key[] {
    return [...this.boxes.keys()];
  }

  /** In the order in which they came. */
  values(): Value[] {
    return [...this.boxes.values()].map(({ value }) => value!);
  }
}
