/** How many there are of something, in all and of each owner. One who has none takes no memory. */
export class Counts {
  private readonly ofOwners = new Map<string, number>();
  private all = 0;

  get total(): number {
    return this.all;
  }

  of(owner: string): number {
    return this.ofOwners.get(owner) ?? 0;
  }

  add(owner: string, change: number): void {
    this.all += change;
    const own = this.of(owner) + change;
    if (own > 0) this.ofOwners.set(owner, own);
    else this.ofOwners.delete(owner);
  }
}
