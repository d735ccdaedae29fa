import { LIMITS } from '@sextant/protocol/limits';
import type { Service } from '@sextant/protocol/method';
import type { Address } from '@sextant/wire/address';
import { dial, type DialOptions } from '@sextant/wire/dial';
import type { Client, Greeting } from './client.ts';
import { greeted } from './greeted.ts';

/** Who asks, whose certificates it trusts, and until when it wants to. */
export type ConnectOptions = Greeting & DialOptions;

/** What waits to be sent is our caller's own, so it is not bounded here. */
const DIALLING = { ...LIMITS, outputHard: Infinity };

/**
 * Connects to a service and greets it.
 * @throws ProtocolError `unavailable` if nothing answers there; `unsupported` if something else does;
 * `insecure_transport` if it is not to be trusted, or a token would be sent in clear; `unauthenticated` if it takes
 * this caller for nobody.
 */
export async function connect<S extends Service>(
  service: S,
  address: Address,
  options: ConnectOptions,
): Promise<Client<S>> {
  return greeted(service, address, await dial(address, DIALLING, options), options);
}
