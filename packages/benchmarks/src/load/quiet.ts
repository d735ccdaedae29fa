import { setTimeout as sleep } from 'node:timers/promises';
import type { Link } from './link.ts';

/** Milliseconds without a byte after which nothing more is expected. */
const QUIET_MS = 60;

/** Waits until nothing comes any more; returns the bytes that have come in all. */
export async function untilQuiet(link: Link, quietMs = QUIET_MS): Promise<number> {
  for (;;) {
    const before = link.received;
    await sleep(quietMs);
    if (link.received === before) return before;
  }
}
