import type { Client, Name } from '@sextant/client/client';
import { isErrorType } from '@sextant/protocol/errors';
import type { ItemOf, ParamsInput, Service } from '@sextant/protocol/method';
import type { TrustOptions } from './credentials.ts';
import { persisting } from './persisting.ts';

/**
 * Streams what there is and what changes about it, over as many connections as it takes; a service that has started anew
 * begins with a snapshot again.
 * @throws ProtocolError why it cannot be watched, or the signal's reason.
 */
export async function* watch<S extends Service, N extends Name<S>>(
  first: Client<S>,
  name: N,
  params: ParamsInput<S['methods'][N]>,
  { trust, signal }: { trust: TrustOptions; signal: AbortSignal },
): AsyncGenerator<ItemOf<S['methods'][N]>, void> {
  const clients = persisting(first.service, first, trust);
  try {
    for (;;) {
      try {
        yield* clients.follow(name, params, { signal });
      } catch (error) {
        if (!isErrorType(error, 'data_loss')) throw error;
      }
    }
  } finally {
    clients.close();
  }
}
