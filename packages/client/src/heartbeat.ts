import { ProtocolError } from '@sextant/protocol/errors';
import { sessionMethods } from '@sextant/protocol/session';
import type { Connection } from '@sextant/wire/connection';
import type { Exchange } from './exchange.ts';

/** Intervals without a byte after which the other side is taken for gone. */
const SILENT_INTERVALS = 3;
/** Looks at the connection in one interval: nothing is noted for each frame. */
const LOOKS = 4;

/**
 * Sends something at least every `intervalMs`, and ends the connection when the other side has been silent for three of
 * them. One timer for as long as the connection stands.
 */
export function keepAlive(exchange: Exchange, connection: Connection, intervalMs: number): void {
  const lookMs = intervalMs / LOOKS;
  let heardBytes = connection.receivedBytes;
  let silentMs = 0;
  let lookedAt = performance.now();
  let askedAt = 0;
  const look = (): void => {
    const now = performance.now();
    const silent = connection.receivedBytes === heardBytes && !exchange.paused;
    // A process that was stopped has not listened meanwhile: no more than one interval of it counts.
    silentMs = silent ? silentMs + Math.min(now - lookedAt, intervalMs) : 0;
    heardBytes = connection.receivedBytes;
    lookedAt = now;
    // By the next look it would be too late, for both.
    if (silentMs > SILENT_INTERVALS * intervalMs - 1.5 * lookMs) return connection.destroy(gone(intervalMs));
    const isQuiet = now - exchange.sentAt > intervalMs - 1.5 * lookMs;
    // Whoever only takes has nothing to answer unless asked.
    const isUnheard = silentMs >= intervalMs && now - askedAt >= intervalMs;
    if (!isQuiet && !isUnheard) return;
    askedAt = now;
    ping(exchange);
  };
  const timer = setInterval(look, lookMs);
  // It keeps no program alive; in a page, where it is a mere number, no timer does.
  if (typeof timer === 'object') timer.unref();
  exchange.over.addEventListener('abort', () => clearInterval(timer), { once: true });
}

function ping(exchange: Exchange): void {
  exchange.request('rpc.ping', sessionMethods['rpc.ping'], {}, {}).result.catch(() => {});
}

function gone(intervalMs: number): ProtocolError {
  const seconds = (SILENT_INTERVALS * intervalMs) / 1000;
  return new ProtocolError('unavailable', `The service was silent for ${seconds} s.`);
}
