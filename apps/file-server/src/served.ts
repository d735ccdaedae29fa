import { close, fstat, type BigIntStats } from 'node:fs';
import { promisify } from 'node:util';
import type { Call } from '@sextant/service/session/call';
import { Buffers } from './buffers.ts';
import { Digests, isSame } from './digests.ts';
import type { Disk } from './disk/disk.ts';
import { Following } from './disk/following.ts';
import { NOT_REGULAR, type Opened, type Range } from './disk/messages.ts';
import { Outgoing } from './outgoing.ts';
import { splitPath } from './path.ts';
import { explain, unservable } from './reasons.ts';
import { Turns } from './turns.ts';

const closed = promisify(close);
const statsOf = promisify<number, { bigint: true }, BigIntStats>(fstat);

/** Files that are being opened: each may come back with all of a small file. */
const MAX_ASKS = 256;

/** What `file.read` answers in the end. */
export interface Sent {
  sizeBytes: number;
  digest?: string;
}

/** The files as they go out. What waits for the disk does so in a thread for opening, and one for hashing. */
export class Served {
  readonly #opener: Disk;
  readonly #hasher: Disk;
  readonly #buffers = new Buffers();
  readonly #asks = new Turns(MAX_ASKS);
  readonly #digests = new Digests();

  constructor(opener: Disk, hasher: Disk) {
    this.#opener = opener;
    this.#hasher = hasher;
  }

  async send(path: string, range: Range, call: Call<never>): Promise<Sent> {
    // What cannot leave is not read ahead; without credit it is still told whether there is such a file.
    if (call.congested && call.allowance > 0) await call.drained();
    call.signal.throwIfAborted();
    const found = await this.#open(path, range, () => !(this.#buffers.isScarce && call.congested));
    if ('fd' in found) return this.#sendLarge(found.fd, range, call);
    const { length } = found.bytes;
    if (this.#buffers.hold(length)) {
      return this.#sendSmall(found, call).finally(() => this.#buffers.release(length));
    }
    if (!call.congested && call.allowance >= length) return this.#sendSmall(found, call);
    // There is no memory to let it wait in, also not until it is found to be garbage: it is read anew when it can be sent.
    if (found.bytes.buffer instanceof ArrayBuffer) found.bytes.buffer.transfer(0);
    const { fd } = (await this.#open(path, range, () => false)) as Extract<Opened, { fd: number }>;
    return this.#sendLarge(fd, range, call);
  }

  async #sendSmall(
    { sizeBytes, bytes, digest }: Extract<Opened, { bytes: Uint8Array }>,
    call: Call<never>,
  ): Promise<Sent> {
    if (bytes.length > 0) await call.write('content', bytes);
    call.end('content');
    return digest === undefined ? { sizeBytes } : { sizeBytes, digest };
  }

  /** `reads`: whether a small file is to be read, asked when its turn has come. */
  async #open(path: string, range: Range, reads: () => boolean): Promise<Opened> {
    const names = splitPath(path);
    if (names.length === 0) throw unservable(path);
    await this.#asks.take();
    try {
      return await this.#opener.ask<Opened>({ do: 'open', id: this.#opener.nextId(), names, range, reads: reads() });
    } catch (error) {
      if (Error.isError(error) && 'code' in error && error.code === NOT_REGULAR) throw unservable(path);
      throw explain(error, path);
    } finally {
      this.#asks.give();
    }
  }

  async #sendLarge(fd: number, { offset, length }: Range, call: Call<never>): Promise<Sent> {
    let following: Following | undefined;
    try {
      const began = Date.now();
      const stats = await statsOf(fd, { bigint: true });
      const size = Number(stats.size);
      const end = length === undefined ? size : Math.min(size, offset + length);
      const isWhole = offset === 0 && end === size;
      const known = isWhole ? this.#digests.of(stats) : undefined;
      if (isWhole && known === undefined) following = new Following(this.#hasher, fd);
      const at = await new Outgoing(fd, { offset, end }, this.#buffers).send(call, (reached) =>
        following?.reached(reached),
      );
      call.end('content');
      if (!isWhole || at < size) return { sizeBytes: size };
      const digest = known ?? (await following?.digest(size)) ?? '';
      // Of what has changed meanwhile, nobody knows the digest.
      if (!isSame(stats, await statsOf(fd, { bigint: true }))) return { sizeBytes: size };
      if (known === undefined) this.#digests.keep(stats, began, digest);
      return { sizeBytes: size, digest };
    } finally {
      await following?.stop();
      await closed(fd);
    }
  }
}
