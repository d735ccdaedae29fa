import { unlessAborted } from '@sextant/service/unless-aborted';
import type { Run } from './run.ts';

/**
 * Waits until a run has its output: until it was started first, or never will be.
 * @throws the reason, if it is waited for no more.
 */
export async function hasBegun(run: Run, signal: AbortSignal): Promise<void> {
  if (!run.isNew) return;
  await unlessAborted(signal, () => run.begun).catch(() => {});
  signal.throwIfAborted();
}
