import { setTimeout as sleep } from 'node:timers/promises';
import { isErrorType } from '@sextant/protocol/errors';
import type { Service } from '@sextant/protocol/method';
import { firstDelay } from './back-off.ts';
import type { Client } from './client.ts';

/** Milliseconds a connection must have stood to count: one that is taken and given up at once is no success. */
const STEADY_MS = 5000;

export interface ReconnectOptions {
  signal?: AbortSignal | undefined;
  /** Told at each loss: why, and in how many milliseconds the next try begins. */
  lost?(error: unknown, delayMs: number): void;
}

/**
 * Uses a connection, and a new one whenever it is lost, until `use` is done; `use` begins anew with each.
 * @throws what `use` throws while its connection stands, what `connect` throws but for `unavailable`, or the signal's reason.
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
    try {
      client = await connect();
      standingSince = performance.now();
      return await use(client);
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason;
      if (client ? !client.lost : !isErrorType(error, 'unavailable')) throw error;
      if (client && performance.now() - standingSince > STEADY_MS) backOff = firstDelay();
      options.lost?.(error, backOff.duration);
    } finally {
      client?.close();
    }
    // Aborted or over: the next round tells which.
    await sleep(backOff.duration, undefined, { signal: options.signal }).catch(() => {});
  }
}
