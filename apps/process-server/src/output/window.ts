import type { FileHandle } from 'node:fs/promises';
import { Block } from './block.ts';

/** Bytes read of a file at a time. */
const READ = 256 * 1024;

/** A part of a file in memory, where whoever goes through the file has come to. */
export class Window implements Disposable {
  readonly #file: FileHandle;
  readonly #size: number;
  #block: Block | undefined;
  #from = 0;
  #to = 0;

  /** @param size of the file, as far as it is known: no more memory is taken. */
  constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.#size = Math.max(1, Math.min(READ, size));
  }

  /** What holds the memory of what was given last. */
  get block(): Block | undefined {
    return this.#block;
  }

  /** What is in memory from a position on, if at least so many bytes are. */
  peek(position: number, least: number): Buffer | undefined {
    if (position < this.#from || position + least > this.#to) return undefined;
    return this.#block?.bytes.subarray(position - this.#from, this.#to - this.#from);
  }

  /** Reads from a position on; nothing at the end of the file. */
  async fill(position: number): Promise<Buffer> {
    this[Symbol.dispose]();
    const block = new Block(this.#size);
    this.#block = block;
    const { bytesRead } = await this.#file.read(block.bytes, 0, block.bytes.length, position);
    [this.#from, this.#to] = [position, position + bytesRead];
    return block.bytes.subarray(0, bytesRead);
  }

  [Symbol.dispose](): void {
    this.#block?.release();
    this.#block = undefined;
    [this.#from, this.#to] = [0, 0];
  }
}
