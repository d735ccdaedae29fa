import type { WireError } from '@sextant/protocol/errors';
import type { Order } from './program.ts';

/** What the service asks of its launcher: to start a program. */
export interface Errand {
  /** Counts the errands of one launcher. */
  readonly id: number;
  readonly order: Order;
  readonly cwd: string;
  /** Where its output goes: streams that are connected already, by their number, or a file. */
  readonly output: { readonly streams: number } | { readonly file: string };
}

/** How a program ended: one of both is `null`. */
export interface Exit {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** What the launcher says of an errand: that it runs, later that it has ended; or why it does not run. */
export type Report =
  | { readonly id: number; readonly pid: number }
  | { readonly id: number; readonly exit: Exit }
  | { readonly id: number; readonly refusal: WireError }
  | { readonly id: number; readonly failure: string };
