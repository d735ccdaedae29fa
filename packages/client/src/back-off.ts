import { ProtocolError } from '@sextant/protocol/errors';
import { ExponentialBackoff, fullJitterGenerator, type IBackoff } from 'cockatiel';

/** Full jitter between a quarter of a second and half a minute, as `PROTOCOL.md` asks of clients. */
const BACK_OFF = { generator: fullJitterGenerator, initialDelay: 250, maxDelay: 30_000 };

/** The longest that a service may ask for: beyond it, people want to know. */
const LONGEST_MS = 600_000;

/** The first of growing delays: `duration` in milliseconds, `next` for the one after it. */
export function firstDelay(): IBackoff<unknown> {
  return new ExponentialBackoff(BACK_OFF).next();
}

/** Milliseconds until the next try: what the service asked for besides, so that not all come back at once. */
export function delayAfter(error: unknown, { duration }: { readonly duration: number }): number {
  const asked = error instanceof ProtocolError ? error.data['retryAfterMs'] : undefined;
  return duration + (typeof asked === 'number' ? Math.min(Math.max(asked, 0), LONGEST_MS) : 0);
}
