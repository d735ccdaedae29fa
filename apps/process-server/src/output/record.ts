import type { Channel } from './piece.ts';

/** Bytes that a header has at most. */
export const HEADER = 5;

const CHANNELS: readonly Channel[] = ['stdout', 'stderr'];

/** What stands before bytes of a channel in a file. */
export interface Header {
  readonly channel: Channel;
  /** Bytes that follow. */
  readonly length: number;
  /** Its own bytes. */
  readonly size: number;
}

/**
 * Writes what stands before so many bytes of a channel: twice their number, and one more of `stderr`, in seven bits a byte, the
 * lowest first. So a program that prints byte by byte takes twice the room, and no other notices.
 * @returns the place after it.
 */
function writeHeader(into: Uint8Array, at: number, channel: Channel, length: number): number {
  let rest = length * 2 + CHANNELS.indexOf(channel);
  let place = at;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) into[place++] = (rest & 0x7f) | 0x80;
  into[place++] = rest;
  return place;
}

/** The same back; undefined where there is none, or not all of it. */
export function parseHeader(bytes: Uint8Array, at = 0): Header | undefined {
  let value = 0;
  for (let size = 1; size <= HEADER; size += 1) {
    const byte = bytes[at + size - 1];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 0x80 ** (size - 1);
    if (byte > 0x7f) continue;
    const [length, channel] = [Math.floor(value / 2), CHANNELS[value % 2]];
    return channel && length > 0 ? { channel, length, size } : undefined;
  }
  return undefined;
}

/** Bytes from which on a piece is written from where it is. */
const LARGE = 4096;

/** Records of pieces, as they are in a file: few buffers, however many and small the pieces are. */
export function encode(pieces: Iterable<{ readonly channel: Channel; readonly bytes: Uint8Array }>): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let block = new Uint8Array(0);
  let [from, to] = [0, 0];
  for (const { channel, bytes } of pieces) {
    const isLarge = bytes.length >= LARGE;
    const wanted = HEADER + (isLarge ? 0 : bytes.length);
    if (to + wanted > block.length) {
      if (to > from) parts.push(block.subarray(from, to));
      block = new Uint8Array(2 * LARGE);
      [from, to] = [0, 0];
    }
    to = writeHeader(block, to, channel, bytes.length);
    if (isLarge) {
      parts.push(block.subarray(from, to), bytes);
      from = to;
    } else {
      block.set(bytes, to);
      to += bytes.length;
    }
  }
  if (to > from) parts.push(block.subarray(from, to));
  return parts;
}
