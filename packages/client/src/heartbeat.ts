import { ProtocolError } from '@sextant/protocol/errors';
import { sessionMethods } from '@sextant/protocol/session';
import type { Connection } from '@sextant/wire/connection';
import type { Exchange } from './exchange.ts';

/** Intervals without a byte after which the other side is taken for gone. */
const SILENT_INTERVALS = 3;

/**
 * Sends something at least every `intervalMs`, and ends the connection when the other side has been silent for three of
 * them. One timer for as long as the connection stands.
 */
export function keepAlive(exchange: Exchange, connection: Connection, intervalMs: number): void {
  let heardBytes = connection.receivedBytes;
  let silentMs = 0;
  let since = performance.now();
  const look = (): void => {
    const now = performance.now();
    // A process that was stopped has not listened meanwhile: no more than one interval of it counts.
    const silent = connection.receivedBytes === heardBytes && !exchange.paused;
    silentMs = silent ? silentMs + Math.min(now - since, intervalMs) : 0;
    heardBytes = connection.receivedBytes;
    since = now;
    if (silentMs >= SILENT_INTERVALS * intervalMs) return connection.destroy(gone(silentMs));
    const restMs = exchange.sentAt + intervalMs - now;
    // Whoever only takes has nothing to answer unless asked.
    if (restMs <= 1 || silentMs >= intervalMs) ping(exchange);
    timer = later(look, restMs <= 1 ? intervalMs : restMs);
  };
  let timer = later(look, intervalMs);
  exchange.over.addEventListener('abort', () => clearTimeout(timer), { once: true });
}

function ping(exchange: Exchange): void {
  exchange.request('rpc.ping', sessionMethods['rpc.ping'], {}, {}).result.catch(() => {});
}

/** A timer that keeps no program alive; in a page, where it is a mere number, none does. */
function later(look: () => void, ms: number): ReturnType<typeof setTimeout> {
  const timer = setTimeout(look, ms);
  if (typeof timer === 'object') timer.unref();
  return timer;
}

function gone(ms: number): ProtocolError {
  return new ProtocolError('unavailable', `The service was silent for ${Math.round(ms / 1000)} s.`);
}
