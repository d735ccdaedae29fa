import { isErrorType } from '@sextant/protocol/errors';
import type { Service } from '@sextant/protocol/method';
import type { Address } from '@sextant/wire/address';
import { greetOnly } from '../connect.ts';
import type { TrustOptions } from '../credentials.ts';

/** Milliseconds a service has to say who it is before it counts as not answering. */
const PROBE_MS = 3000;

/** What is found where a service should be. */
export type Probe =
  | { state: 'running'; version: string }
  | { state: 'not running' }
  /** Something takes connections there, and is not this service. */
  | { state: 'not ours'; reason: string };

/** Looks whether a service answers at an address. */
export async function probe(service: Service, address: Address, trust: TrustOptions): Promise<Probe> {
  try {
    const client = await greetOnly(service, address, trust, AbortSignal.timeout(PROBE_MS));
    client.close();
    return { state: 'running', version: client.hello.version };
  } catch (error) {
    if (isErrorType(error, 'unavailable') && typeof error.data['reason'] === 'string') return { state: 'not running' };
    return { state: 'not ours', reason: Error.isError(error) ? error.message : String(error) };
  }
}
