import { ProtocolError } from '@sextant/protocol/errors';

/** @throws ProtocolError `conflict` with what to type, or `busy`, if a container's program does not run. */
export function needsRunning({ name, state }: { name: string; state: string }): void {
  if (state === 'running') return;
  if (state === 'restarting') {
    throw new ProtocolError('busy', `${name} is being started again by the engine: try again in a moment.`, {
      retryAfterMs: 1000,
    });
  }
  throw new ProtocolError(
    'conflict',
    state === 'paused'
      ? `${name} is paused: unpause it first (sextant container unpause ${name}).`
      : `${name} is ${state}: start it first (sextant container start ${name}).`,
  );
}
