import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `probe` gives a value that is not `undefined` or `false`, and returns it; fails with `what` after `withinMs`. */
export async function waitFor<T>(what: string, probe: () => T | Promise<T>, withinMs = 5000): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await sleep(10);
  }
}
