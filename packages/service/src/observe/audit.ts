import { closeSync, fstatSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from './log.ts';
import { printableFields, toAscii } from './printable.ts';

/** Something that whoever answers for a service may want to know later. */
export interface AuditEntry {
  /** `authenticated`, `refused`, `rate_limited`, `token_exposed`, `call`, or one of the service's own. */
  readonly event: string;
  /** Who it was, as far as is known. */
  readonly principal: string;
  /** Where it came from, unless it came from nowhere. */
  readonly remote?: string | undefined;
  /** `ok`, or the type of the error it was answered with; of the service's own how it came out. */
  readonly outcome: string;
  readonly method?: string | undefined;
  readonly object?: string | undefined;
  readonly [detail: string]: unknown;
}

/** Bytes of a file after which the next one is begun: the last one is kept, so at most twice as many are used. */
const MAX_BYTES = 8 * 1024 * 1024;

/** Opens the audit log of a folder: `audit.log`, and `audit.log.old` with what was before. */
export function openAudit(folder: string, log: Pick<Log, 'error'>): Audit {
  return new Audit(join(folder, 'audit.log'), log);
}

/**
 * What happened, one JSON object a line, only ever added to. Each line is handed to the system before `record` returns, so
 * that none is lost with the process and none waits in memory. Where that fails, the service goes on without.
 */
export class Audit {
  readonly #path: string;
  readonly #log: Pick<Log, 'error'>;
  #file: number | undefined;
  #bytes = 0;
  /** The file ends inside a line: the process or the disk ended there. */
  #torn = false;
  #failed = 0;
  #closed = false;

  constructor(path: string, log: Pick<Log, 'error'>) {
    this.#path = path;
    this.#log = log;
  }

  /** Lines that could not be written. */
  get failed(): number {
    return this.#failed;
  }

  /** Never throws. */
  record(entry: AuditEntry): void {
    if (this.#closed) return;
    try {
      this.#write(lineOf(entry));
    } catch (error) {
      // Once: a full disk is no reason to fill it with the complaint.
      if (this.#failed === 0) this.#log.error({ err: error }, 'the audit log cannot be written; entries are lost');
      this.#failed += 1;
    }
  }

  /** Nothing is recorded any more. */
  close(): void {
    this.#closed = true;
    this.#release();
  }

  #write(line: Buffer): void {
    let file = this.#open();
    if (this.#bytes + line.length > MAX_BYTES) {
      this.#setAside();
      file = this.#open();
    }
    if (this.#torn) this.#append(file, Buffer.from('\n'));
    this.#append(file, line);
  }

  #append(file: number, bytes: Buffer): void {
    const written = writeSync(file, bytes);
    this.#bytes += written;
    const whole = written === bytes.length;
    this.#torn = !whole && (this.#torn || written > 0);
    if (!whole) throw new Error('the disk took only a part of a line');
  }

  #open(): number {
    if (this.#file !== undefined) return this.#file;
    const file = openSync(this.#path, 'a+', 0o600);
    this.#file = file;
    this.#bytes = fstatSync(file).size;
    this.#torn = this.#bytes > 0 && lastByte(file, this.#bytes) !== LF;
    return file;
  }

  #setAside(): void {
    this.#release();
    renameSync(this.#path, `${this.#path}.old`);
  }

  #release(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}

const LF = 0x0a;

function lineOf(entry: AuditEntry): Buffer {
  return Buffer.from(toAscii(`${JSON.stringify(printableFields({ at: new Date().toISOString(), ...entry }))}\n`));
}

function lastByte(file: number, size: number): number | undefined {
  const byte = Buffer.alloc(1);
  readSync(file, byte, 0, 1, size - 1);
  return byte[0];
}
