import type { Client } from '@sextant/client/client';
import { reconnecting, type ReconnectOptions } from '@sextant/client/reconnect';
import type { Service } from '@sextant/protocol/method';
import { connectAs } from './connect.ts';
import type { TrustOptions } from './credentials.ts';

/**
 * Uses a connection that stands, and new ones to the same address whenever it is lost: so whoever connected learned at
 * once if nothing answers, and only then is patient.
 * @throws what `use` throws while its connection stands, or the signal's reason.
 */
export async function keepConnected<S extends Service, T>(
  service: S,
  first: Client<S>,
  use: (client: Client<S>) => Promise<T>,
  options: ReconnectOptions & { signal: AbortSignal; trust: TrustOptions },
): Promise<T> {
  let standing: Client<S> | undefined = first;
  const next = async (): Promise<Client<S>> => {
    const client = standing ?? (await connectAs(service, first.address, options.trust, options.signal));
    standing = undefined;
    return client;
  };
  return reconnecting(next, use, options);
}
