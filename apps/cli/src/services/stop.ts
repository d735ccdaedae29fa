/** Milliseconds within which signals count as one: npm and the terminal both pass on the same Ctrl-C. */
const SAME_MS = 500;

/** Aborts when this program is asked to stop. */
export interface Stop extends Disposable {
  readonly signal: AbortSignal;
  /** Resolves when asked to stop. */
  readonly asked: Promise<void>;
}

/**
 * Listens for being asked to stop: by Ctrl-C, SIGTERM, the terminal's end, or the end of a program that started this one
 * with an IPC channel. `force` is called when asked again.
 */
export function listenForStop(force: () => void): Stop {
  const controller = new AbortController();
  const asked = Promise.withResolvers<void>();
  let first: number | undefined;
  const stop = (): void => {
    first ??= performance.now();
    if (performance.now() - first > SAME_MS) force();
    controller.abort();
    asked.resolve();
  };
  const events = ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'];
  for (const event of events) process.on(event, stop);
  return {
    signal: controller.signal,
    asked: asked.promise,
    [Symbol.dispose]: () => {
      for (const event of events) process.off(event, stop);
    },
  };
}
