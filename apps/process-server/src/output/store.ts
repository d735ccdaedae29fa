import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ProtocolError } from '@sextant/protocol/errors';
import type { Log } from '@sextant/service/observe/log';
import { codeOf } from '../launch/reasons.ts';
import { startDigest } from './digest.ts';
import type { Keeper } from './keeper.ts';
import { Output } from './output.ts';
import { readEnding } from './ending.ts';
import { Segments } from './segments.ts';
import { Shelf } from './shelf.ts';

/** Bytes on disk of an output that was not asked to be kept there: more than it has in memory. */
const SPILLED = 64 * 1024 * 1024;

/** Milliseconds for bringing to disk what is little when the service ends: of a thousand outputs of 4 KiB, all. */
const SAVING_MS = 400;

/** Files that are written at a time then. */
const TOGETHER = 8;

/** The outputs of programs, those in the making and those that are kept. */
export class Store {
  readonly #folder: string;
  readonly #log: Log;
  readonly #shelf: Shelf;
  readonly #open = new Set<Output>();
  /** Those that have ended and are in memory alone. */
  readonly #little = new Set<Output>();
  /** Names of files of earlier lives, by the id of their run. */
  readonly #left = new Map<string, string[]>();

  private constructor(folder: string, keepBytes: number, log: Log) {
    this.#folder = folder;
    this.#log = log;
    this.#shelf = new Shelf(keepBytes);
  }

  /**
   * @param keepBytes of all outputs that have ended.
   * @throws the system's error.
   */
  static async open(folder: string, keepBytes: number, log: Log): Promise<Store> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const store = new Store(resolve(folder), keepBytes, log);
    for (const name of await readdir(folder)) {
      const id = name.replace(/\.\d+$/, '');
      store.#left.set(id, [...(store.#left.get(id) ?? []), name]);
    }
    return store;
  }

  /** An output for a run that is to be started; in memory, as far as it goes, until it has ended. */
  begin(id: string): Output {
    return this.#opened(new Output({ keeper: this.#keeper(id) }));
  }

  /**
   * The same, on disk from the beginning, and with a digest.
   * @param wait whether the program is to wait where more is printed than is kept, so that nothing is cut unread.
   * @throws ProtocolError `quota` or `unavailable` if it cannot be written.
   */
  async create(id: string, keepBytes: number, wait: boolean): Promise<Output> {
    try {
      const segments = await Segments.create(join(this.#folder, id), keepBytes);
      const settings = { segments, digest: await startDigest(), keeper: this.#keeper(id) };
      // What was read last may be asked for again: by one whose connection was lost.
      return this.#opened(new Output({ ...settings, ...(wait && { wait: keepBytes / 2 }) }));
    } catch (error) {
      throw unwritable(error);
    }
  }

  /**
   * The output of a run of an earlier life of the service, which counts as the newest of those that have ended; undefined if
   * nothing of it is there. Not once `sweep` was called.
   * @throws the system's error if it cannot be read; then it stays for the next life.
   */
  async reopen(id: string): Promise<Output | undefined> {
    const names = this.#left.get(id);
    if (!names) return undefined;
    this.#left.delete(id);
    const output = await this.#read(id, names);
    this.#shelf.add(output);
    return output;
  }

  /** Removes what is left of earlier lives and was not asked for. */
  async sweep(): Promise<void> {
    const names = [...this.#left.values()].flat();
    this.#left.clear();
    // What cannot be removed now may be at the next start.
    for (const name of names) await rm(join(this.#folder, name), { force: true }).catch(() => {});
  }

  /** Brings what is in the making to disk. Nothing more is taken in. */
  async close(): Promise<void> {
    const closing = [...this.#open].map((output) => {
      output.hurry();
      return output.close();
    });
    await Promise.all(closing);
    await this.#saveLittle();
  }

  /** The newest first: not all may be done in time. */
  async #saveLittle(): Promise<void> {
    const until = performance.now() + SAVING_MS;
    const left = [...this.#little];
    while (left.length > 0 && performance.now() < until)
      await Promise.all(left.splice(-TOGETHER).map((output) => output.save()));
  }

  async #read(id: string, names: readonly string[]): Promise<Output> {
    const sized = names.map(async (name) => {
      const { size } = await stat(join(this.#folder, name));
      return { start: Number(name.slice(id.length + 1)), size };
    });
    const { segments, rest } = await Segments.reopen(join(this.#folder, id), await Promise.all(sized));
    return Output.ended(segments, readEnding(rest, segments.end), this.#keeper(id));
  }

  #opened(output: Output): Output {
    this.#open.add(output);
    return output;
  }

  #keeper(id: string): Keeper {
    return {
      spill: (start) => Segments.create(join(this.#folder, id), SPILLED, start),
      settled: (output) => {
        this.#open.delete(output);
        if (output.size === 0) this.#little.add(output);
        else this.#shelf.add(output);
      },
      removed: (output) => {
        this.#open.delete(output);
        this.#little.delete(output);
        this.#shelf.remove(output);
      },
      failed: (error) => this.#log.error({ run: id, err: error }, 'part of what a program prints cannot be kept'),
    };
  }
}

/** The system's refusal of an output, in words. */
function unwritable(error: unknown): unknown {
  const reason = codeOf(error);
  if (reason === 'ENOSPC' || reason === 'EDQUOT') {
    return new ProtocolError(
      'quota',
      'The disk of the service is full: there is no room for the output. Nothing was started.',
      { reason },
    );
  }
  return new ProtocolError(
    'unavailable',
    'The service cannot write the output. Nothing was started.',
    { reason },
    { cause: error },
  );
}
