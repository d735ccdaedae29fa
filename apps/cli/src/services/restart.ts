import { setTimeout as sleep } from 'node:timers/promises';
import { firstDelay } from '@sextant/client/back-off';
import { formatAddress } from '@sextant/wire/address';
import { duration, say } from '../output.ts';
import type { Child, Launch } from './child.ts';
import { logOf } from './log.ts';
import type { Supervisor } from './supervisor.ts';

/** Milliseconds after which a service counts as steady: if it ends later, the delays begin anew. */
const STEADY_MS = 30_000;

/** Starts a service again whenever it ends, and says so, until the signal aborts. */
export async function keepRunning(
  supervisor: Supervisor,
  first: { launch: Launch; label: string; child: Child },
  signal: AbortSignal,
): Promise<void> {
  const { launch, label } = first;
  let backOff = firstDelay();
  let child: Child | undefined = first.child;
  while (!signal.aborted) {
    if (child) {
      const since = performance.now();
      const how = await child.ended;
      if (signal.aborted) return;
      if (performance.now() - since > STEADY_MS) backOff = firstDelay();
      say(`${label} ended ${how}; starting it again in ${duration(backOff.duration)}. Its log: ${logOf(launch)}`);
    }
    await sleep(backOff.duration, undefined, { signal }).catch(() => {});
    backOff = backOff.next(undefined);
    child = await again(supervisor, launch, label, backOff.duration, signal);
  }
}

async function again(
  supervisor: Supervisor,
  launch: Launch,
  label: string,
  nextMs: number,
  signal: AbortSignal,
): Promise<Child | undefined> {
  if (signal.aborted) return undefined;
  try {
    const { child, listening } = await supervisor.start(launch);
    say(`${label} is back on ${listening.map(formatAddress).join(', ')}.`);
    return child;
  } catch (error) {
    const reason = Error.isError(error) ? error.message : String(error);
    if (!signal.aborted) say(`${label} did not start: ${reason}; trying again in ${duration(nextMs)}.`);
    return undefined;
  }
}
