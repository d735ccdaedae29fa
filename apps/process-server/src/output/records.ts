import { open } from 'node:fs/promises';
import type { Held } from './block.ts';
import type { Channel } from './piece.ts';
import { HEADER, parseHeader } from './record.ts';
import { Window } from './window.ts';

/** Bytes of an output and their place in it. */
export interface Stretch {
  readonly channel: Channel;
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** The same, in memory that goes once nobody holds it. */
export interface HeldStretch extends Stretch {
  readonly held: Held;
}

/** A file of records, the first of which begins at `start`. */
export interface RecordFile {
  readonly path: string;
  readonly start: number;
  /** Bytes. */
  readonly size: number;
}

/** Bytes up to which records of a channel that follow each other are given as one. */
const TOGETHER = 64 * 1024;

/**
 * What a file has from a place on up to another; less where it is damaged. What comes before is passed over without being
 * read, where it is in long records. The file is open until this is over.
 * @throws the system's error.
 */
export async function* readRecords(file: RecordFile, from: number, until: number): AsyncGenerator<HeldStretch> {
  await using handle = await open(file.path);
  using window = new Window(handle, file.size);
  let [place, position] = [file.start, 0];
  for (let left = 0, channel: Channel = 'stdout'; place < until;) {
    if (left === 0) {
      const head = parseHeader(window.peek(position, HEADER) ?? (await window.fill(position)));
      if (!head) return;
      ({ channel, length: left } = head);
      position += head.size;
    }
    const passed = Math.min(left, Math.max(0, from - place));
    place += passed;
    position += passed;
    left -= passed;
    if (left === 0) continue;
    const there = window.peek(position, 1) ?? (await window.fill(position));
    if (there.length === 0) return;
    const isWhole = left <= there.length;
    const { length, used } = isWhole ? join(there, left, channel) : { length: there.length, used: there.length };
    left = isWhole ? 0 : left - used;
    position += used;
    const bytes = there.subarray(0, Math.min(length, until - place));
    if (window.block) yield { channel, at: place, bytes, held: window.block };
    place += length;
  }
}

/**
 * Brings the records of a channel that follow one of it together, where they are whole and small.
 * @param bytes the first of them without its header, and what follows.
 * @returns how long it is then, and how many bytes were used for it.
 */
function join(bytes: Buffer, first: number, channel: Channel): { length: number; used: number } {
  let [length, used] = [first, first];
  for (;;) {
    const next = parseHeader(bytes, used);
    if (next?.channel !== channel || length + next.length > TOGETHER) break;
    const from = used + next.size;
    if (from + next.length > bytes.length) break;
    bytes.copyWithin(length, from, from + next.length);
    length += next.length;
    used = from + next.length;
  }
  return { length, used };
}

/** Where the records of a file end, and what stands behind them. */
export async function endOf({ path, start, size }: RecordFile): Promise<{ end: number; rest: string }> {
  await using handle = await open(path);
  using window = new Window(handle, size);
  let [place, position] = [start, 0];
  for (;;) {
    const bytes = window.peek(position, HEADER) ?? (await window.fill(position));
    const head = parseHeader(bytes);
    if (!head) return { end: place, rest: (await window.fill(position)).toString('utf8') };
    // The last one may not be there as a whole.
    place += Math.max(0, Math.min(head.length, size - position - head.size));
    position += head.size + head.length;
  }
}
