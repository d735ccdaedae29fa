import type { Digest } from './digest.ts';
import type { Output } from './output.ts';
import type { Segments } from './segments.ts';

/** Who keeps what of it is to stay. */
export interface Keeper {
  /** Makes files for what is in memory at the end, from a place on. */
  spill?(start: number): Promise<Segments>;
  /** All is where it stays. */
  settled?(output: Output): void;
  /** It is to be forgotten. */
  removed?(output: Output): void;
  /** What comes now cannot be kept. */
  failed?(error: unknown): void;
}

export interface OutputSettings {
  /** Where it is kept, besides what is in memory. */
  readonly segments?: Segments;
  /** Bytes that the program may be ahead of whoever has read most, also while nobody reads. */
  readonly wait?: number;
  /** Takes in all that is printed. */
  readonly digest?: Digest;
  readonly keeper?: Keeper;
}
