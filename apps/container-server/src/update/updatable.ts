import { ProtocolError } from '@sextant/protocol/errors';
import type { Inspected } from '../engine/look.ts';
import type { ImageDetails } from '../image/image.ts';
import { lost } from './lost.ts';

/**
 * @param image the one that it was made from, if that is still here.
 * @throws ProtocolError `conflict` for a container that cannot be replaced in its state, or of which something would be lost:
 *   nothing of this service's making, but its label may be on others.
 */
export function mustBeUpdatable(old: Inspected, image: ImageDetails | undefined): void {
  const name = old.Name.slice(1);
  const { Status } = old.State;
  if (Status === 'paused') {
    throw new ProtocolError('conflict', `${name} is paused: unpause it first (sextant container unpause ${name}).`);
  }
  if (Status === 'removing' || Status === 'dead') throw new ProtocolError('conflict', `${name} is being removed.`);
  const all = lost(old, image);
  if (all.length === 0) return;
  const missing = image
    ? ''
    : ' The image that it was made from is not here any more, so what comes from that counts too.';
  throw new ProtocolError(
    'conflict',
    `${name} has what this service does not give, and it would be lost: ${all.join(', ')}.${missing} Make it anew where it was made.`,
  );
}
