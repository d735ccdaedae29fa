import { ExponentialBackoff, fullJitterGenerator, type IBackoff } from 'cockatiel';

/** Full jitter between a quarter of a second and half a minute, as `PROTOCOL.md` asks of clients. */
const BACK_OFF = { generator: fullJitterGenerator, initialDelay: 250, maxDelay: 30_000 };

/** The first of growing delays: `duration` in milliseconds, `next` for the one after it. */
export function firstDelay(): IBackoff<unknown> {
  return new ExponentialBackoff(BACK_OFF).next();
}
