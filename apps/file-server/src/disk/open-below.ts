import { closeSync, fstatSync, readSync } from 'node:fs';
import { blake3 } from '@napi-rs/blake-hash';
import { NOT_REGULAR, type Opened, type Range } from './messages.ts';
import type { Walk } from './walk.ts';

/** As much of a file is read at once, whole; of more, the descriptor is handed over. */
const SMALL_BYTES = 64 * 1024;

/**
 * Opens a regular file below an open folder, and reads it where it is small and `reads` says so.
 * @throws the system's error, or one with the code `NOT_REGULAR`.
 */
export function openBelow(walk: Walk, names: readonly string[], range: Range, reads: boolean): Opened {
  const file = walk.open(names);
  let isKept = false;
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw notRegular();
    const { size } = stats;
    const end = range.length === undefined ? size : Math.min(size, range.offset + range.length);
    if (reads && end - range.offset <= SMALL_BYTES) return read(file, size, range.offset, end);
    isKept = true;
    return { sizeBytes: size, fd: file };
  } finally {
    if (!isKept) closeSync(file);
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
