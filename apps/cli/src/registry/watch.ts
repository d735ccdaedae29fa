import type { Client } from '@sextant/client/client';
import { PersistentClient } from '@sextant/client/persistent';
import { isErrorType } from '@sextant/protocol/errors';
import { registryService, type WatchItem } from '@sextant/protocol/registry';
import { connectAs } from '../connect.ts';
import { errorText, say } from '../output.ts';
import type { TrustOptions } from '../credentials.ts';

/**
 * Streams who is registered and who comes and goes, over as many connections as it takes; a registry that has started anew
 * begins with a snapshot again.
 * @throws ProtocolError why it cannot be watched, or the signal's reason.
 */
export async function* watchRegistry(
  first: Client<typeof registryService>,
  kind: string | undefined,
  options: TrustOptions,
  signal: AbortSignal,
): AsyncGenerator<WatchItem, void> {
  const registry = persisting(first, options);
  try {
    for (;;) {
      try {
        yield* registry.follow('registry.watch', { kind }, { signal });
      } catch (error) {
        if (!isErrorType(error, 'data_loss')) throw error;
      }
    }
  } finally {
    registry.close();
  }
}

function persisting(
  first: Client<typeof registryService>,
  trust: TrustOptions,
): PersistentClient<typeof registryService> {
  let standing: Client<typeof registryService> | undefined = first;
  const next = async (signal: AbortSignal): Promise<Client<typeof registryService>> => {
    const client = standing ?? (await connectAs(registryService, first.address, trust, signal));
    standing = undefined;
    return client;
  };
  let isLost = false;
  return new PersistentClient(next, {
    lost(error) {
      if (!isLost) say(`${errorText(error)} Trying to connect again.`);
      isLost = true;
    },
    back() {
      if (isLost) say('Connected again.');
      isLost = false;
    },
  });
}
