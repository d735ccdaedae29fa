import { ProtocolError } from '@sextant/protocol/errors';

/** Runs work that Ctrl-C ends in order: the signal aborts with `cancelled`. A second Ctrl-C ends the program. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => controller.abort(new ProtocolError('cancelled', 'Stopped.'));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
