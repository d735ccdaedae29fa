import { ProtocolError } from '@sextant/protocol/errors';
import { LIMITS } from '@sextant/protocol/limits';
import type { ParamsInput, ResultOf, Service } from '@sextant/protocol/method';
import type { Client, Name } from './client.ts';
import type { CallOptions } from './pending.ts';
import { Refusals } from './refusals.ts';

/** Where the next connection comes from. */
export interface Clients<S extends Service> {
  client(signal?: AbortSignal): Promise<Client<S>>;
}

/** A try that may have happened: asked again with the same key, the same life of the service says what became of it. */
interface Unsure {
  readonly instance: string;
  readonly error: ProtocolError;
}

/** Asks until there is an answer, as `PersistentClient.call` says. */
export async function insist<S extends Service, N extends Name<S>>(
  clients: Clients<S>,
  name: N,
  params: ParamsInput<S['methods'][N]>,
  options: CallOptions,
): Promise<ResultOf<S['methods'][N]>> {
  const refusals = new Refusals();
  const begun = performance.now();
  let { key } = options;
  let unsure: Unsure | undefined;
  for (;;) {
    const client = await clients.client(options.signal);
    // Keys are forgotten when a service starts anew, and after a while.
    if (unsure && (unsure.instance !== client.hello.instance || isForgotten(client, begun))) throw unsure.error;
    if (client.service.methods[name]?.key) key ??= crypto.randomUUID();
    try {
      return await client.call(name, params, { ...options, key });
    } catch (error) {
      if (!mayAskAgain(error, key, options)) throw error;
      if (error.retry === 'unknown') unsure = { instance: client.hello.instance, error };
      if (!client.lost) await refusals.wait(error, unsure?.error ?? error, options.signal);
    }
  }
}

function isForgotten<S extends Service>({ hello }: Client<S>, begun: number): boolean {
  return performance.now() - begun > (hello.limits['keyMs'] ?? LIMITS.keyMs);
}

function mayAskAgain(error: unknown, key: string | undefined, options: CallOptions): error is ProtocolError {
  if (!(error instanceof ProtocolError) || options.signal?.aborted) return false;
  // Whoever set a time wants to hear that it is over.
  if (error.type === 'deadline_exceeded' && options.timeout !== undefined) return false;
  return error.retry === 'safe' || (error.retry === 'unknown' && key !== undefined);
}
