import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { blake3 } from '@napi-rs/blake-hash';
import { placeOf } from '../place.ts';
import { NOT_REGULAR, type Opened, type Range } from './messages.ts';

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/** As much of a file is read at once, whole; of more, the descriptor is handed over. */
const SMALL_BYTES = 64 * 1024;

/**
 * Opens a regular file below an open folder, walking from folder to folder by descriptors and never through a symbolic
 * link, and reads it where it is small.
 * @throws the system's error, or one with the code `NOT_REGULAR`.
 */
export function openBelow(folder: string, fd: number, names: readonly string[], range: Range): Opened {
  const file = openLast(placeOf(fd, folder), names);
  let isKept = false;
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw notRegular();
    const { size } = stats;
    const end = range.length === undefined ? size : Math.min(size, range.offset + range.length);
    if (end - range.offset <= SMALL_BYTES) return read(file, size, range.offset, end);
    isKept = true;
    return { sizeBytes: size, fd: file };
  } finally {
    if (!isKept) closeSync(file);
  }
}

function openLast(start: string, names: readonly string[]): number {
  let place = start;
  let parent: number | undefined;
  try {
    for (const [at, name] of names.entries()) {
      const isLast = at === names.length - 1;
      // Not blocking: opening a pipe would wait for its other end.
      const next = openSync(`${place}/${name}`, O_RDONLY | O_NOFOLLOW | (isLast ? O_NONBLOCK : O_DIRECTORY));
      if (isLast) return next;
      if (parent !== undefined) closeSync(parent);
      parent = next;
      place = placeOf(next, `${place}/${name}`);
    }
    throw notRegular();
  } finally {
    if (parent !== undefined) closeSync(parent);
  }
}

function read(file: number, sizeBytes: number, offset: number, end: number): Opened {
  const bytes = new Uint8Array(Math.max(0, end - offset));
  let at = 0;
  while (at < bytes.length) {
    const bytesRead = readSync(file, bytes, at, bytes.length - at, offset + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  const isWhole = offset === 0 && at === sizeBytes;
  return {
    sizeBytes,
    bytes: bytes.subarray(0, at),
    digest: isWhole ? `blake3:${blake3(bytes).toString('hex')}` : undefined,
  };
}

function notRegular(): Error {
  return Object.assign(new Error('not a regular file'), { code: NOT_REGULAR });
}
