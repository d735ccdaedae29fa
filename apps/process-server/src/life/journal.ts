import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { Log } from '@sextant/service/observe/log';
import { codeOf } from '../launch/reasons.ts';
import { bootId } from './boot.ts';
import type { Entry, Line } from './entry.ts';

/** Bytes from which on it is written anew, without what nobody asks for any more: some 2,000 runs. */
const MOST = 1024 * 1024;

/**
 * A file that tells the next life of the service what ran in this one, and how it ended. A line is the system's before
 * anybody hears of what it tells, so it outlives the service, however that ends. Where it cannot be written, the service goes
 * on without, and the log says so.
 */
export class Journal {
  readonly #path: string;
  readonly #log: Log;
  readonly #entries: () => Iterable<Entry>;
  #descriptor: number | undefined;
  #bytes = 0;
  #most = MOST;
  /** Its last line may be there in part. */
  #isTorn = false;
  #isFaulty = false;

  /** @param entries what is in it when it is written anew, as now. */
  constructor(path: string, log: Log, entries: () => Iterable<Entry>) {
    this.#path = path;
    this.#log = log;
    this.#entries = entries;
    this.#try(() => this.#renew());
    if (this.#descriptor === undefined) this.#try(() => this.#goOn());
  }

  write(line: Line): void {
    if (this.#descriptor === undefined) return;
    this.#try(() => {
      this.#append(line);
      if (this.#bytes > this.#most) this.#renew();
    });
  }

  /** Nothing is left of what it tells of. */
  close(): void {
    this.#try(() => {
      this.#renew();
      this.#append({ closed: true });
    });
    this.#use(undefined);
  }

  #append(line: Line): void {
    if (this.#descriptor === undefined) return;
    const bytes = Buffer.from(`${this.#isTorn ? '\n' : ''}${JSON.stringify(line)}\n`);
    this.#isTorn = true;
    writeAll(this.#descriptor, bytes);
    this.#isTorn = false;
    this.#bytes += bytes.length;
  }

  /** In one step or not at all. */
  #renew(): void {
    const next = `${this.#path}.next`;
    const bytes = Buffer.from(
      [{ boot: bootId() }, ...this.#entries()].map((line) => `${JSON.stringify(line)}\n`).join(''),
    );
    // Not soon again, also where it fails.
    this.#most = this.#bytes + MOST;
    const descriptor = openSync(next, 'w', 0o600);
    try {
      writeAll(descriptor, bytes);
      renameSync(next, this.#path);
    } catch (error) {
      closeSync(descriptor);
      rmSync(next, { force: true });
      throw error;
    }
    this.#use(descriptor);
    this.#isTorn = false;
    this.#bytes = bytes.length;
    this.#most = Math.max(MOST, 2 * bytes.length);
  }

  /** With what an earlier life has left. */
  #goOn(): void {
    this.#use(openSync(this.#path, 'a', 0o600));
    this.#isTorn = true;
    this.#append({ boot: bootId() });
  }

  #use(descriptor: number | undefined): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = descriptor;
  }

  #try(write: () => void): void {
    try {
      write();
      if (this.#isFaulty) this.#log.info({ path: this.#path }, 'the journal of runs is written again');
      this.#isFaulty = false;
    } catch (error) {
      if (!this.#isFaulty)
        this.#log.warn({ path: this.#path, reason: codeOf(error) }, 'the journal of runs cannot be written');
      this.#isFaulty = true;
    }
  }
}

/** @throws the system's error where there is no room for all of it. */
function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
}
