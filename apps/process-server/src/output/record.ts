import type { Channel } from './piece.ts';

/** Bytes before those of a record in a file: its channel, and its length in four. */
export const HEADER = 5;

const CHANNELS: readonly Channel[] = ['stdout', 'stderr'];

/** What stands before bytes of a channel. */
export function header(channel: Channel, length: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(HEADER);
  bytes.writeUInt8(CHANNELS.indexOf(channel), 0);
  bytes.writeUInt32BE(length, 1);
  return bytes;
}

/** The same back; undefined where it is none, as where a disk was full. */
export function parseHeader(bytes: Buffer): { channel: Channel; length: number } | undefined {
  const channel = CHANNELS[bytes.readUInt8(0)];
  return channel && { channel, length: bytes.readUInt32BE(1) };
}
