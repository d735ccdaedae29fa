/** What one column of an area's table shows. */
export interface Measure {
  /** Such as `256 in flight`. */
  readonly name: string;
  /** Such as `/s`, `us` or `MB/s`. */
  readonly unit: string;
  readonly better: 'more' | 'less';
}

/** How long and how much: everything for a table, little for a test that only shows that it works. */
export interface Pace {
  /** Milliseconds that a rate is measured for. */
  readonly ms: number;
  /** The part of each count that is done, 0 to 1. */
  readonly share: number;
}

/** One measured value, and the processor time it took, as shares of one core. */
export interface Reading {
  readonly value: number;
  readonly serverCpu?: number | undefined;
  readonly loadCpu?: number | undefined;
}

/** By the name of its measure; one that this contender cannot do is left out. */
export type Readings = Readonly<Record<string, Reading>>;

/** One of those that do the same work side by side. */
export interface Contender {
  readonly name: string;
  /** Ours, a peer, or a limit: the least that could be done, bare. */
  readonly role: 'ours' | 'limit' | 'peer';
  /** The program it needs and npm does not bring; where it is missing, the contender is left out, and that is said. */
  readonly needs?: string;
  /** Why it cannot be measured here for another reason, such as an engine that does not answer. */
  readonly missing?: () => Promise<string | undefined>;
  /** Starts what it takes, measures and stops it. */
  run(pace: Pace): Promise<Readings>;
}

/** What a measure of ours is to reach: as a ratio to that of another contender, or as a number where none is named. */
export interface Goal {
  readonly measure: string;
  readonly of?: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** Work of one kind, those who do it, and what of it is ours to reach. */
export interface Area {
  readonly name: string;
  readonly title: string;
  readonly measures: readonly Measure[];
  /** What is made once before any of them runs. */
  readonly prepare?: () => Promise<void>;
  readonly contenders: readonly Contender[];
  /** The contender whose ratio is 1. */
  readonly reference: string;
  readonly goals: readonly Goal[];
}

/** A count at this pace, one at least. */
export function paced(count: number, { share }: Pace): number {
  return Math.max(1, Math.round(count * share));
}
