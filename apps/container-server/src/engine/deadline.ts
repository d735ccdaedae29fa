import { setTimeout as sleep } from 'node:timers/promises';
import { unlessAborted } from '@sextant/service/unless-aborted';

/** Of what is not to be broken off. */
export const NEVER = new AbortController().signal;

/** An answer did not come within its time. */
export class Overdue extends Error {
  override readonly name = 'Overdue';
  readonly ms: number;

  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
    this.ms = ms;
  }
}

/**
 * Gives an act so long, and no longer than `cancel` lasts; then its signal aborts and it is waited for no more.
 * @throws Overdue, or the reason of `cancel`.
 */
export async function within<T>(
  ms: number,
  cancel: AbortSignal | undefined,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new Overdue(ms)), ms);
  const signal = cancel ? AbortSignal.any([cancel, deadline.signal]) : deadline.signal;
  try {
    return await unlessAborted(signal, () => act(signal));
  } finally {
    clearTimeout(timer);
  }
}

/** Waits so long, or until aborted. */
export async function pause(ms: number, cancel: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: cancel }).catch(() => {});
}
