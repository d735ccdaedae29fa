import { setTimeout as sleep } from 'node:timers/promises';
import { ProtocolError } from '@sextant/protocol/errors';
import type { Engine } from '../engine/engine.ts';
import type { Inspected } from '../engine/look.ts';

/** Milliseconds that a container without a health check must run. */
const STEADY_MS = 2000;
/** Milliseconds between two looks. */
const LOOK_MS = 200;
/** Characters that are told of what a health check said. */
const MAX_LENGTH = 300;

/**
 * Waits until a container that was started just now is healthy; one without a health check, until it has run for a moment.
 * @throws ProtocolError `conflict` with why it is not, or the signal's reason.
 */
export async function becomeHealthy(engine: Engine, id: string, timeoutMs: number, signal: AbortSignal): Promise<void> {
  const start = performance.now();
  for (;;) {
    signal.throwIfAborted();
    const elapsed = performance.now() - start;
    const { State, RestartCount } = await engine.inspectAll(id);
    if (RestartCount > 0 || !['running', 'paused'].includes(State.Status)) throw ended(State);
    const health = State.Health?.Status;
    const hasCheck = health !== undefined && health !== 'none';
    if (health === 'unhealthy') throw unhealthy('is unhealthy', State);
    if (hasCheck ? health === 'healthy' : elapsed >= Math.min(STEADY_MS, timeoutMs)) return;
    if (elapsed >= timeoutMs) throw unhealthy(`was not healthy within ${timeoutMs} ms`, State);
    await sleep(LOOK_MS, undefined, { signal }).catch(() => {});
  }
}

function ended({ ExitCode, OOMKilled }: Inspected['State']): ProtocolError {
  const why = OOMKilled ? ' for want of memory' : '';
  return new ProtocolError('conflict', `The new container ended with exit code ${ExitCode}${why}.`, {
    exitCode: ExitCode,
  });
}

/** With what its check said last. */
function unhealthy(what: string, { Health }: Inspected['State']): ProtocolError {
  const said = Health?.Log?.at(-1)?.Output?.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_LENGTH);
  return new ProtocolError('conflict', `The new container ${what}${said ? `; its check says: ${said}` : ''}.`);
}
