import { ProtocolError } from '@sextant/protocol/errors';
import type { Service } from '@sextant/protocol/method';
import { delayAfter, firstDelay } from './back-off.ts';
import type { Client } from './client.ts';
import { pause } from './pause.ts';

/** Milliseconds a connection must have stood to count: one that is taken and given up at once is no success. */
const STEADY_MS = 5000;

export interface ReconnectOptions {
  signal?: AbortSignal | undefined;
  /** Told at each loss: why, and in how many milliseconds the next try begins. */
  lost?(error: unknown, delayMs: number): void;
}

/**
 * Uses a connection, and a new one whenever it is lost, until `use` is done; `use` begins anew with each. What is still
 * unanswered on one that the service is about to end may come to its end there.
 * @throws what `use` throws while its connection stands, what `connect` throws that will not pass by itself, or the
 * signal's reason.
 */
export async function reconnecting<S extends Service, T>(
  connect: () => Promise<Client<S>>,
  use: (client: Client<S>) => Promise<T>,
  options: ReconnectOptions = {},
): Promise<T> {
  for (let backOff = firstDelay(); ; backOff = backOff.next(undefined)) {
    options.signal?.throwIfAborted();
    let client: Client<S> | undefined;
    let standingSince = 0;
    let delayMs: number;
    try {
      client = await connect();
      standingSince = performance.now();
      const outcome = await use(client);
      client.close();
      return outcome;
    } catch (error) {
      if (options.signal?.aborted || !isPassing(error, client)) {
        client?.close();
        throw options.signal?.aborted ? options.signal.reason : error;
      }
      const isSteady = client && (client.served || performance.now() - standingSince > STEADY_MS);
      if (isSteady && !isRefusal(error)) backOff = firstDelay();
      client?.retire();
      delayMs = delayAfter(error, backOff);
      options.lost?.(error, delayMs);
    }
    await pause(delayMs, options.signal);
  }
}

/** Answered so that asking again at once would be answered the same. */
function isRefusal(error: unknown): boolean {
  return error instanceof ProtocolError && error.retry === 'no';
}

/** True where a new connection, or another try to make one, may do. */
function isPassing<S extends Service>(error: unknown, client: Client<S> | undefined): boolean {
  return client ? client.lost : error instanceof ProtocolError && error.retry === 'safe';
}
