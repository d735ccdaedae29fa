import type { Client } from '@sextant/client/client';
import { containerService } from '@sextant/protocol/container';
import type { ContainerItem } from '@sextant/protocol/container-schemas';
import { isErrorType } from '@sextant/protocol/errors';
import type { TrustOptions } from '../credentials.ts';
import { persisting } from '../persisting.ts';

/**
 * Streams the containers and what changes about them, over as many connections as it takes; a service that has started
 * anew begins with a snapshot again.
 * @throws ProtocolError why they cannot be watched, or the signal's reason.
 */
export async function* watchContainers(
  first: Client<typeof containerService>,
  trust: TrustOptions,
  signal: AbortSignal,
): AsyncGenerator<ContainerItem, void> {
  const containers = persisting(containerService, first, trust);
  try {
    for (;;) {
      try {
        yield* containers.follow('container.events', {}, { signal });
      } catch (error) {
        if (!isErrorType(error, 'data_loss')) throw error;
      }
    }
  } finally {
    containers.close();
  }
}
