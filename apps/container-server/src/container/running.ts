import { ProtocolError } from '@sextant/protocol/errors';

/** @throws ProtocolError `conflict` with what to type, if a container's program does not run. */
export function needsRunning({ name, state }: { name: string; state: string }): void {
  if (state === 'running') return;
  throw new ProtocolError(
    'conflict',
    state === 'paused'
      ? `${name} is paused: unpause it first (sextant container unpause ${name}).`
      : `${name} is ${state}: start it first (sextant container start ${name}).`,
  );
}
