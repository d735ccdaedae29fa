/** A view on the terminal that is left with q; Ctrl-C stays what it is. Disposing gives the keyboard back. */
export interface Leaving extends Disposable {
  /** Aborts at q. */
  readonly signal: AbortSignal;
}

/** While it listens, keys are not shown between the lines of the view. */
export function listenForLeaving(): Leaving {
  const { stdin } = process;
  const left = new AbortController();
  if (!stdin.isTTY) return { signal: left.signal, [Symbol.dispose]: () => {} };
  const typed = (keys: Buffer): void => {
    if (keys.includes(CTRL_C)) process.kill(process.pid, 'SIGINT');
    else if (keys.includes('q')) left.abort();
  };
  stdin.setRawMode(true).on('data', typed);
  return {
    signal: left.signal,
    [Symbol.dispose]() {
      stdin.off('data', typed).setRawMode(false).pause();
    },
  };
}

const CTRL_C = 0x03;
