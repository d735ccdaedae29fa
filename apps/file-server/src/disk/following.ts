import type { Disk } from './disk.ts';

/** Bytes between two words to the thread. */
const STEP_BYTES = 1024 * 1024;

/** A file that is hashed in another thread, as far as it is sent or written. */
export class Following {
  readonly #disk: Disk;
  readonly #id: number;
  #told = 0;
  #isOver = false;

  /** `like`: a digest of the same kind; BLAKE3 unless given. The descriptor stays open until `digest` or `stop` is done. */
  constructor(disk: Disk, fd: number, like?: string, end = 0) {
    this.#disk = disk;
    this.#id = disk.nextId();
    disk.tell({ do: 'follow', id: this.#id, fd, like, end });
  }

  /** Writes on at its end, and hashes that; the parts are not to be used any more. Resolves with the new end. */
  async write(offset: number, parts: readonly Uint8Array[]): Promise<number> {
    const owned = parts.filter((part) => part.length > 0).map(own);
    const ask = { do: 'write', id: this.#disk.nextId(), of: this.#id, offset, parts: owned } as const;
    return (await this.#disk.ask<{ end: number }>(ask)).end;
  }

  /** So many bytes may be hashed. */
  reached(bytes: number): void {
    if (this.#isOver || bytes - this.#told < STEP_BYTES) return;
    this.#told = bytes;
    this.#disk.tell({ do: 'reach', id: this.#id, bytes });
  }

  /** The digest of so many bytes. */
  async digest(bytes: number): Promise<string> {
    this.#isOver = true;
    return (await this.#disk.ask<{ digest: string }>({ do: 'finish', id: this.#id, bytes })).digest;
  }

  /** Never fails: a thread that ended looks at nothing. */
  async stop(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    await this.#disk.ask({ do: 'stop', id: this.#id }).catch(() => {});
  }
}

/** The same bytes in memory of their own. */
function own(part: Uint8Array): Uint8Array {
  const { buffer, byteLength } = part;
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? part : new Uint8Array(part);
}
