import type { Client } from '@sextant/client/client';
import { PersistentClient } from '@sextant/client/persistent';
import { containerService } from '@sextant/protocol/container';
import type { ContainerItem } from '@sextant/protocol/container-schemas';
import { isErrorType } from '@sextant/protocol/errors';
import { connectAs } from '../connect.ts';
import type { TrustOptions } from '../credentials.ts';
import { errorText, say } from '../output.ts';

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
  let standing: Client<typeof containerService> | undefined = first;
  let isLost = false;
  const containers = new PersistentClient<typeof containerService>(
    async (signal) => {
      const client = standing ?? (await connectAs(containerService, first.address, trust, signal));
      standing = undefined;
      return client;
    },
    {
      lost(error) {
        if (!isLost) say(`${errorText(error)} Trying to connect again.`);
        isLost = true;
      },
      back() {
        if (isLost) say('Connected again.');
        isLost = false;
      },
    },
  );
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
