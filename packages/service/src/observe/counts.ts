import type { monitorEventLoopDelay } from 'node:perf_hooks';

/** Milliseconds between two looks at the event loop: fine enough for a hitch, and no load on an idle service. */
export const LOOP_LOOK_MS = 20;

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

/** What is measured of one service, and the numbers that are read from it when somebody looks. */
export interface Measured {
  readonly service: string;
  /** Names of all its methods; requests for others count under `unknown`, so that no caller can invent labels. */
  readonly methods: Iterable<string>;
  /** Bytes that wait to be written on all connections. */
  readonly queuedBytes: () => number;
  /** Entries that the audit log has lost. */
  readonly auditFailures: () => number;
}

/** Everything that was counted. */
export interface Counted extends Measured {
  readonly connections: Counts;
  readonly frames: Counts;
  readonly refusals: Counts;
  readonly requests: ReadonlyMap<string, Requested>;
  readonly loopDelay: ReturnType<typeof monitorEventLoopDelay>;
}
