import type { Service } from '@sextant/protocol/method';
import type { Address } from '@sextant/wire/address';
import type { Connection } from '@sextant/wire/connection';
import { Client, type Greeting } from './client.ts';
import { notGreeted } from './errors.ts';

/** Milliseconds the other side has to greet back: who takes connections and says nothing is no service of ours. */
const GREET_MS = 10_000;

/**
 * A client on a new connection, greeted by its service.
 * @throws ProtocolError `unavailable` if nothing greets back, else what the service answered.
 */
export async function greeted<S extends Service>(
  service: S,
  address: Address,
  connection: Connection,
  options: Greeting & { signal?: AbortSignal | undefined },
): Promise<Client<S>> {
  const client = new Client(service, address, connection);
  const patience = AbortSignal.any([AbortSignal.timeout(GREET_MS), ...(options.signal ? [options.signal] : [])]);
  const giveUp = (): void => connection.destroy();
  patience.addEventListener('abort', giveUp, { once: true });
  try {
    await client.greet(options);
    return client;
  } catch (error) {
    const silent = patience.aborted || client.over.aborted;
    client.close();
    throw silent ? notGreeted(service, address) : error;
  } finally {
    patience.removeEventListener('abort', giveUp);
  }
}
