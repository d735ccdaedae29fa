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

const closed = promisify(close);
const statsOf = promisify<number, { bigint: true }, BigIntStats>(fstat);

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
  readonly #digests = new Digests();

  constructor(opener: Disk, hasher: Disk) {
    this.#opener = opener;
    this.#hasher = hasher;
  }

  async send(path: string, range: Range, call: Call<never>): Promise<Sent> {
    const found = await this.#open(path, range);
    if ('fd' in found) return this.#sendLarge(found.fd, range, call);
    const { sizeBytes, bytes, digest } = found;
    if (bytes.length > 0) await call.write('content', bytes);
    call.end('content');
    return digest === undefined ? { sizeBytes } : { sizeBytes, digest };
  }

  async #open(path: string, range: Range): Promise<Opened> {
    const names = splitPath(path);
    if (names.length === 0) throw unservable(path);
    try {
      return await this.#opener.ask<Opened>({ do: 'open', id: this.#opener.nextId(), names, range });
    } catch (error) {
      if (Error.isError(error) && 'code' in error && error.code === NOT_REGULAR) throw unservable(path);
      throw explain(error, path);
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
