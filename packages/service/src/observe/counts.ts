/** Numbers by the values of a label. */
export type Counts = Map<string, number>;

/** Counts of a known set of values, from nought. */
export function countsOf(values: readonly string[]): Counts {
  return new Map(values.map((value) => [value, 0]));
}

export function add(counts: Counts, value: string, n: number): void {
  counts.set(value, (counts.get(value) ?? 0) + n);
}

/** How often something took how long. */
export class Durations {
  /** Seconds up to which each bucket counts: from a call in memory to the usual timeout. Streams may take longer. */
  static readonly bounds = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30];
  /** How many were within each bound and above the one before it; the last above all. */
  readonly buckets = Durations.bounds.map(() => 0).concat(0);
  sum = 0;

  observe(seconds: number): void {
    const at = Durations.bounds.findIndex((bound) => seconds <= bound);
    const bucket = at === -1 ? Durations.bounds.length : at;
    this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1;
    this.sum += seconds;
  }
}

/** What became of the requests of one method. */
export interface Requested {
  readonly outcomes: Counts;
  readonly durations: Durations;
}
