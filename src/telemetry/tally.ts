/** One combination of labels that has been counted. */
interface Count<Label extends string> {
  readonly labels: Readonly<Record<Label, string>>;
  value: number;
}

/**
 * Events by kind; for its owner to count and for `Metrics.add`. Labels have few values, whoever calls, so that they are looked for one
 * by one: a counter of prom-client writes them as a text for every event and looks for that.
 */
export class Tally<Label extends string> {
  private readonly counted: Count<Label>[] = [];
  /** Always what has been counted until now. */
  readonly counts: readonly Readonly<Count<Label>>[] = this.counted;

  constructor(
    readonly name: string,
    readonly help: string,
    readonly labels: readonly Label[],
  ) {}

  inc(labels: Readonly<Record<Label, string>>): void {
    const known = this.counted.find((count) => this.areSame(count.labels, labels));
    if (known) known.value += 1;
    else this.counted.push({ labels: { ...labels }, value: 1 });
  }

  private areSame(one: Readonly<Record<Label, string>>, other: Readonly<Record<Label, string>>): boolean {
    for (const label of this.labels) if (one[label] !== other[label]) return false;
    return true;
  }
}
