import { randomUUID } from 'node:crypto';
import { ProtocolError } from '@sextant/protocol/errors';
import type { Log } from '../observe/log.ts';

/** Errors meant for the other side go there; of all others it gets the number of a line in our log. */
export function forPeer(error: unknown, log: Log, where: object): ProtocolError {
  if (error instanceof ProtocolError) return error;
  const ref = randomUUID();
  log.error({ err: error, ref, ...where }, 'a handler failed');
  return new ProtocolError('internal', `The service failed to answer; its log has the reason under ${ref}.`, { ref });
}
