import { ProtocolError } from '@sextant/protocol/errors';
import type { Channel, Entry } from './entry.ts';

/** How far one channel was sent: so many entries of a time, and all of earlier ones. */
interface Place {
  readonly time: string;
  readonly count: number;
  /** The last entry is a part of a line: the engine gives the others its time, however much later they come. */
  readonly open?: boolean;
}

/** The times between which the engine has thrown lines away since a place was told. */
export interface LostLines {
  readonly from: string;
  readonly to: string;
}

/** Milliseconds that the engine may need to store an entry after it took its time: those of two channels may change places. */
const SLACK_MS = 10_000;
const MILLISECONDS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * How far a log was sent. Each channel has its own place: only within one do times never fall. As text
 * `<time>+<count>` for stdout and, after a "/", the same for stderr.
 */
export class LogCursor {
  readonly #places: Partial<Record<Channel, Place>> = {};
  /** Channels of which entries may come that were sent before. */
  readonly #repeating = new Set<Channel>();
  readonly #skipped: Record<Channel, number> = { stdout: 0, stderr: 0 };
  readonly #isTail: boolean;
  /** It says where to go on, not only from what time. */
  readonly goesOn: boolean;
  #newest: string | undefined;
  #lost: LostLines | undefined;

  /** @throws ProtocolError `invalid_params` if `since` is no time. */
  constructor(since: string | undefined, isTail: boolean) {
    this.goesOn = since !== undefined && /Z\+\d/.test(since);
    this.#isTail = isTail && !this.goesOn;
    if (since === undefined) return;
    const [stdout, stderr] = this.goesOn ? since.split('/').map(placeOf) : [{ time: startOf(since), count: 0 }];
    if (!stdout) return;
    this.#places = { stdout, stderr: stderr ?? { time: stdout.time, count: 0 } };
    for (const channel of ['stdout', 'stderr'] as const) this.#repeating.add(channel);
    if (this.goesOn) this.#newest = later(stdout.time, this.#places.stderr?.time);
  }

  /** From when on the engine is to send; undefined for all there is. */
  get from(): string | undefined {
    const { stdout, stderr } = this.#places;
    return stdout && stderr && (stdout.time < stderr.time ? stdout.time : stderr.time);
  }

  /** Takes the next entry that the engine sent; false if it was sent before. */
  take({ channel, time, bytes }: Entry): boolean {
    const place = this.#places[channel];
    if (place && this.#repeating.has(channel)) {
      if (time < place.time || (time === place.time && this.#skipped[channel] < place.count)) {
        if (time === place.time) this.#skipped[channel] += 1;
        return false;
      }
      this.#repeating.delete(channel);
      if (this.#skipped[channel] < place.count) this.#lost = { from: place.time, to: time };
    }
    if (this.#isTail && this.#newest === undefined) this.#beginAt(time);
    this.#places[channel] = {
      time,
      count: place?.time === time ? place.count + 1 : 1,
      open: bytes.at(-1) !== LF,
    };
    this.#newest = later(time, this.#newest);
    return true;
  }

  /** Where to go on; undefined before anything was sent. `channels`: those that the container has. */
  text(channels: readonly Channel[]): string | undefined {
    const newest = this.#newest;
    if (newest === undefined) return undefined;
    const floor = nanoseconds(new Date(Date.parse(newest) - SLACK_MS));
    return channels.map((channel) => textOf(this.#places[channel], floor)).join('/');
  }

  /** What was lost before the last entry that was taken, told once. */
  takeLost(): LostLines | undefined {
    const lost = this.#lost;
    this.#lost = undefined;
    return lost;
  }

  /** What a tail left out on a channel is not to come later. */
  #beginAt(time: string): void {
    this.#places.stdout = { time, count: 0 };
    this.#places.stderr = { time, count: 0 };
  }
}

const LF = 0x0a;

function textOf(place: Place | undefined, floor: string): string {
  const isOld = !place || (place.time < floor && !place.open);
  return isOld ? `${floor}+0` : `${place.time}+${place.count}`;
}

function placeOf(text: string): Place {
  const [time = '', count] = text.split('+');
  // Whether it was a part of a line is not known any more.
  return { time, count: Number(count), open: count !== '0' };
}

function later(time: string, other: string | undefined): string {
  return other !== undefined && other > time ? other : time;
}

/** `10m` ago, or a time. */
function startOf(since: string): string {
  const [, amount, unit] = /^(\d+)([smhd])$/.exec(since) ?? [];
  if (amount !== undefined) {
    return nanoseconds(new Date(Date.now() - Number(amount) * MILLISECONDS[unit as keyof typeof MILLISECONDS]));
  }
  const at = new Date(since);
  if (Number.isNaN(at.getTime())) {
    throw new ProtocolError('invalid_params', 'since is no time that there is.', {
      issues: [{ path: 'since', code: 'custom', message: 'is no time' }],
    });
  }
  const [, fraction = ''] = /\.(\d{1,9})/.exec(since) ?? [];
  return `${at.toISOString().slice(0, -'.000Z'.length)}.${fraction.padEnd(9, '0')}Z`;
}

function nanoseconds(at: Date): string {
  const time = Number.isNaN(at.getTime()) || at.getTime() < 0 ? new Date(0) : at;
  return time.toISOString().replace('Z', '000000Z');
}
