/** Waits for an act only until the signal aborts, whether the act heeds it or not. */
export async function unlessAborted<T>(signal: AbortSignal, act: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const over = Promise.withResolvers<void>();
  const abort = (): void => over.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  let acting: Promise<T> | undefined;
  try {
    acting = act();
    add(acting, over.resolve);
    await over.promise;
    return await acting;
  } finally {
    signal.removeEventListener('abort', abort);
    if (acting) waiting.get(acting)?.delete(over.resolve);
  }
}

/** Who waits for what. A promise keeps every reaction until it settles, so each has one, however many come and leave. */
const waiting = new WeakMap<Promise<unknown>, Set<() => void>>();

function add(acting: Promise<unknown>, tell: () => void): void {
  const others = waiting.get(acting);
  if (others) {
    others.add(tell);
    return;
  }
  const all = new Set([tell]);
  waiting.set(acting, all);
  const settled = (): void => {
    waiting.delete(acting);
    for (const tell of all) tell();
  };
  acting.then(settled, settled);
}
