import { createHash } from 'node:crypto';
import { ProtocolError } from '@sextant/protocol/errors';

/** Stands for the params of a request: others have another. */
export function digestOf(params: object): string {
  return createHash('sha256').update(JSON.stringify(params)).digest('base64');
}

/** A key names one request, with its params. */
export function usedOtherwise(): ProtocolError {
  return new ProtocolError('conflict', 'This key was used for another request; take a new one for each.');
}
