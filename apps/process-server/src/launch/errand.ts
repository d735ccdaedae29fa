import type { WireError } from '@sextant/protocol/errors';
import type { TerminalSize } from '@sextant/protocol/values';
import type { Rule } from '../policy/rules.ts';
import type { Order } from './program.ts';

/** What the service asks of its launcher: to start a program. */
export interface Errand {
  /** Of the run that the program is of, which is in its environment too. */
  readonly id: string;
  readonly order: Order;
  readonly cwd: string;
  /** One of these must allow it; unless given, all is allowed. */
  readonly rules?: readonly Rule[] | undefined;
  /** Nobody ends what it leaves behind before the service closes. */
  readonly detached: boolean;
  /** Its input is open; else it reads nothing. */
  readonly stdin: boolean;
  /** Its streams, connected already, by their number. */
  readonly streams: number;
}

/**
 * What the service says: an errand; that a run is over, with all that it left behind; that the terminal of one has another
 * size; or only that it waits for a word.
 */
export type Word =
  | Errand
  | { readonly over: string }
  | { readonly resize: string; readonly size: TerminalSize }
  | { readonly alive: true };

/** How a program ended: one of both is `null`. */
export interface Exit {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** A program that was started. */
export interface Birth {
  /** The program that it is, as it was found. */
  readonly file?: string | undefined;
  /** As the service knows it. */
  readonly pid: number;
  /** When, in ticks of the machine; not told of one that no other outlives its launcher with. */
  readonly born?: string | undefined;
}

/** What the launcher says of an errand: that it runs, later that it has ended; or why it does not run. */
export type Report =
  | ({ readonly id: string } & Birth)
  | { readonly id: string; readonly exit: Exit }
  | { readonly id: string; readonly refusal: WireError }
  | { readonly id: string; readonly failure: string };

/** What the launcher says at all. */
export type Answer = Report | { readonly alive: true };
