import type { Client } from '@sextant/client/client';
import { isErrorType } from '@sextant/protocol/errors';
import { registryService, type WatchItem } from '@sextant/protocol/registry';
import type { TrustOptions } from '../credentials.ts';
import { persisting } from '../persisting.ts';

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
  const registry = persisting(registryService, first, options);
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
