import type { Socket } from 'node:net';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import type { Random } from './random.ts';

/** What happens to bytes on their way. */
export interface Faults {
  /** Milliseconds by which every piece is late ... */
  delayMs?: number;
  /** ... and up to so many more, at random; the order is kept. */
  jitterMs?: number;
  bytesPerSecond?: number;
  /** Pieces are split to this size, each in a write of its own. */
  pieceBytes?: number;
  /** The chance that one bit of a piece is flipped. */
  corrupt?: number;
  /** Bytes after which the connection is cut, in the middle of whatever is under way. */
  cutAfterBytes?: number;
  /** How it is cut: with RST, or with FIN as if it had ended. */
  cutBy?: 'reset' | 'end';
}

/** Bytes that may be under way before the sender is held: a network does not hold more either. */
const UNDER_WAY_BYTES = 256 * 1024;

interface Piece {
  bytes: Buffer;
  dueMs: number;
}

/** One direction of a faulty connection. */
export class FaultLane {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #faults: () => Faults;
  readonly #random: Random;
  readonly #cut: (by: 'reset' | 'end') => void;
  readonly #pieces: Piece[] = [];
  #waitingBytes = 0;
  #passedBytes = 0;
  #lastDueMs = 0;
  #pumping = false;
  #ended = false;
  #held = false;

  constructor(from: Socket, to: Socket, faults: () => Faults, random: Random, cut: (by: 'reset' | 'end') => void) {
    this.#from = from;
    this.#to = to;
    this.#faults = faults;
    this.#random = random;
    this.#cut = cut;
    from.on('data', (bytes: Buffer) => this.#take(bytes));
    from.on('end', () => {
      this.#ended = true;
      void this.#pump();
    });
  }

  /** Nothing passes, nothing is lost, and neither side is told. */
  hold(): void {
    this.#held = true;
    this.#from.pause();
  }

  release(): void {
    this.#held = false;
    this.#from.resume();
    void this.#pump();
  }

  #take(bytes: Buffer): void {
    const { pieceBytes = bytes.length } = this.#faults();
    for (let at = 0; at < bytes.length; at += pieceBytes) this.#put(bytes.subarray(at, at + pieceBytes));
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes > UNDER_WAY_BYTES) this.#from.pause();
    void this.#pump();
  }

  #put(bytes: Buffer): void {
    const { delayMs = 0, jitterMs = 0, bytesPerSecond = Infinity } = this.#faults();
    const arrivedMs = performance.now() + delayMs + jitterMs * this.#random.next();
    // Never before the piece ahead of it, and no faster than the line.
    this.#lastDueMs = Math.max(this.#lastDueMs, arrivedMs) + (bytes.length * 1000) / bytesPerSecond;
    this.#pieces.push({ bytes, dueMs: this.#lastDueMs });
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    while (!this.#held && this.#pieces[0]) await this.#pass(this.#pieces[0]);
    this.#pumping = false;
    if (this.#ended && !this.#held) this.#to.end();
  }

  async #pass({ bytes, dueMs }: Piece): Promise<void> {
    const waitMs = dueMs - performance.now();
    if (waitMs > 1) await sleep(waitMs);
    if (this.#held) return;
    this.#pieces.shift();
    this.#waitingBytes -= bytes.length;
    await this.#write(bytes);
    if (this.#waitingBytes <= UNDER_WAY_BYTES && !this.#held) this.#from.resume();
  }

  async #write(bytes: Buffer): Promise<void> {
    const { corrupt = 0, cutAfterBytes = Infinity, cutBy = 'reset', pieceBytes } = this.#faults();
    if (this.#random.chance(corrupt)) flipBit(bytes, this.#random);
    const left = Math.max(0, cutAfterBytes - this.#passedBytes);
    this.#passedBytes += bytes.length;
    if (!this.#to.destroyed && left > 0) await written(this.#to, bytes.subarray(0, left));
    // A turn of the event loop between two writes, or they leave together.
    if (pieceBytes !== undefined) await turn();
    if (bytes.length >= left) this.#cut(cutBy);
  }
}

function flipBit(bytes: Buffer, random: Random): void {
  const at = random.below(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
}

function written(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', resolve);
    socket.write(bytes, () => {
      socket.off('close', resolve);
      resolve();
    });
  });
}
