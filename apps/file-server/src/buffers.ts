import type { Call } from '@sextant/service/session/call';
import { Turns } from './turns.ts';

type Caller = Call<never>['caller'];

const KIB = 1024;
const MIB = 1024 * KIB;

/** All that is held for readers, whoever they are and however many: who comes then waits until something is free. */
const CEILING_BYTES = 128 * MIB;

/** From so many held bytes on, the pieces are that small; fewer, larger reads are what makes a file server fast. */
const PIECES = [
  { from: 64 * MIB, bytes: 64 * KIB },
  { from: 16 * MIB, bytes: 256 * KIB },
] as const;
const LARGEST_BYTES = 512 * KIB;

/** Held bytes from which on nobody reads ahead, and small files are not kept for who cannot take them now. */
const SCARCE_BYTES = 16 * MIB;

/** Buffers that wait to be used again. */
const KEPT = 8;

/** Milliseconds between two looks at what the system has taken, where no reader looks itself. */
const LOOK_MS = 20;

/** A piece on its way: free once the system has taken so much of what its connection sends. */
interface Sent {
  readonly buffer: Buffer;
  readonly call: Call<never>;
  readonly mark: number;
}

/** What files are read into, used again as soon as the system has taken it: new memory costs more than reading. */
export class Buffers {
  readonly #ceilingBytes: number;
  readonly #free: Buffer[] = [];
  readonly #turns = new WeakMap<Caller, Turns>();
  /** In the order in which each connection sends them. */
  readonly #sent = new Map<Caller, Sent[]>();
  /** Those who wait for others to give something back, in order. */
  readonly #waiting: Turns = new Turns(1);
  #wake = (): void => {};
  #heldBytes = 0;
  #looking: NodeJS.Timeout | undefined;

  constructor(ceilingBytes: number = CEILING_BYTES) {
    this.#ceilingBytes = ceilingBytes;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  get isScarce(): boolean {
    return this.#heldBytes >= Math.min(SCARCE_BYTES, this.#ceilingBytes / 2);
  }

  /** The turns of one connection: only one of its streams finds room in its output at a time. */
  turnsOf(caller: Caller): Turns {
    const turns = this.#turns.get(caller) ?? new Turns(1);
    this.#turns.set(caller, turns);
    return turns;
  }

  /** A buffer of no more bytes than are wanted, as soon as there is room; fails when the request is given up. */
  async take({ caller, signal }: Call<never>, wanted: number): Promise<Buffer> {
    this.#reclaim(caller);
    await this.#waiting.take(signal);
    try {
      while (this.#heldBytes > 0 && this.#heldBytes + this.#sizeOf(wanted) > this.#ceilingBytes) {
        await this.#given(signal);
      }
      return this.#hand(this.#sizeOf(wanted));
    } finally {
      this.#waiting.give();
    }
  }

  /** It is not in use any more. */
  give(buffer: Buffer): void {
    if (buffer.length === LARGEST_BYTES && this.#free.length < KEPT) this.#free.push(buffer);
    this.release(buffer.length);
  }

  /** It has been handed to the connection: free again once the system has taken it, or the connection is over. */
  sent(buffer: Buffer, call: Call<never>): void {
    const sent = this.#sent.get(call.caller) ?? [];
    this.#sent.set(call.caller, sent);
    sent.push({ buffer, call, mark: call.sentBytes });
    this.#looking ??= setInterval(() => this.#look(), LOOK_MS).unref();
  }

  /** True if so many bytes may be held that are in no buffer of ours; to be released again. */
  hold(bytes: number): boolean {
    if (this.isScarce) return false;
    this.#heldBytes += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#heldBytes -= bytes;
    this.#wake();
  }

  #sizeOf(wanted: number): number {
    const bytes = PIECES.find(({ from }) => this.#heldBytes >= from)?.bytes ?? LARGEST_BYTES;
    return Math.min(wanted, bytes, this.#ceilingBytes);
  }

  #hand(bytes: number): Buffer {
    this.#heldBytes += bytes;
    return (bytes === LARGEST_BYTES ? this.#free.pop() : undefined) ?? Buffer.allocUnsafeSlow(bytes);
  }

  /** Resolves when something has been given back. */
  #given(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const left = (): void => reject(signal.reason);
      this.#wake = () => {
        this.#wake = () => {};
        signal.removeEventListener('abort', left);
        resolve();
      };
      signal.addEventListener('abort', left, { once: true });
    });
  }

  #look(): void {
    for (const caller of this.#sent.keys()) this.#reclaim(caller);
    if (this.#sent.size > 0) return;
    clearInterval(this.#looking);
    this.#looking = undefined;
  }

  #reclaim(caller: Caller): void {
    const sent = this.#sent.get(caller);
    if (!sent) return;
    for (let first = sent[0]; first; first = sent[0]) {
      const isTaken = first.mark <= first.call.takenBytes;
      if (!isTaken && !caller.over.aborted) return;
      sent.shift();
      // What a connection that is over was given may still be looked at: it is not used again.
      if (isTaken) this.give(first.buffer);
      else this.release(first.buffer.length);
    }
    this.#sent.delete(caller);
  }
}
