import type { Client } from '@sextant/client/client';
import { PersistentClient } from '@sextant/client/persistent';
import type { Service } from '@sextant/protocol/method';
import { connectAs } from './connect.ts';
import type { TrustOptions } from './credentials.ts';
import { errorText, say } from './output.ts';

/** A client that begins with a connection which stands, makes a new one whenever it is lost, and says so. */
export function persisting<S extends Service>(service: S, first: Client<S>, trust: TrustOptions): PersistentClient<S> {
  let standing: Client<S> | undefined = first;
  let isLost = false;
  const next = async (signal: AbortSignal): Promise<Client<S>> => {
    const client = standing ?? (await connectAs(service, first.address, trust, signal));
    standing = undefined;
    return client;
  };
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
