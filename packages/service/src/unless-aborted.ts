/** Waits for an act only until the signal aborts, whether the act heeds it or not. */
export async function unlessAborted<T>(signal: AbortSignal, act: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([act(), aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
