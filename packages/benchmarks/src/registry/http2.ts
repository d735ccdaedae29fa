import type { Counter } from './dialect.ts';

const HEAD_BYTES = 9;
const DATA = 0x0;
const HEADERS = 0x1;
const SETTINGS = 0x4;
const WINDOW_UPDATE = 0x8;
const END_STREAM = 0x1;
const END_HEADERS = 0x4;

/** Where a frame has the number of its stream. */
export const STREAM_AT = 5;

/** Opens a connection, and allows the other side to send as much as HTTP/2 can say. */
export function preface(): Buffer {
  const largest = 2 ** 31 - 1;
  const initialWindow = Buffer.from([0, 4, 0, 0, 0, 0]);
  initialWindow.writeUInt32BE(largest, 2);
  const increment = Buffer.alloc(4);
  increment.writeUInt32BE(largest - 65_535);
  return Buffer.concat([
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    frame(SETTINGS, 0, initialWindow),
    frame(WINDOW_UPDATE, 0, increment),
  ]);
}

/** A call of gRPC: a frame of headers and a frame of one message, on stream 1. */
export function grpcCall(path: string, message: Buffer, { last }: { last: boolean }): Buffer {
  const headers = Buffer.concat([
    Buffer.from([0x83, 0x86]),
    literal(Buffer.from([0x04]), path),
    literal(Buffer.from([0x01]), '127.0.0.1'),
    literal(Buffer.from([0x0f, 0x10]), 'application/grpc'),
    literal(Buffer.from([0x00, 2, 0x74, 0x65]), 'trailers'),
  ]);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  const data = frame(DATA, last ? END_STREAM : 0, Buffer.concat([prefix, message]));
  return Buffer.concat([frame(HEADERS, END_HEADERS, headers), data]);
}

/** Where the frame after this one begins. */
export function nextFrame(bytes: Buffer, at = 0): number {
  return at + HEAD_BYTES + bytes.readUIntBE(at, 3);
}

/** Counts streams that have ended, as each call does that is answered. */
export function endedStreams(): Counter {
  return frames((type, flags) => type === HEADERS && (flags & END_STREAM) !== 0);
}

/** Counts frames of data. */
export function dataFrames(): Counter {
  return frames((type) => type === DATA);
}

function frames(isCounted: (type: number, flags: number) => boolean): Counter {
  const head = Buffer.alloc(HEAD_BYTES);
  let headBytes = 0;
  let skip = 0;
  return (bytes) => {
    let count = 0;
    for (let at = 0; at < bytes.length;) {
      const skipped = Math.min(skip, bytes.length - at);
      skip -= skipped;
      at += skipped;
      const copied = bytes.copy(head, headBytes, at, at + HEAD_BYTES - headBytes);
      headBytes += copied;
      at += copied;
      if (headBytes < HEAD_BYTES) continue;
      headBytes = 0;
      skip = head.readUIntBE(0, 3);
      if (isCounted(head.readUInt8(3), head.readUInt8(4))) count += 1;
    }
    return count;
  };
}

function frame(type: number, flags: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(type === HEADERS || type === DATA ? 1 : 0, STREAM_AT);
  return Buffer.concat([head, payload]);
}

/** A header that neither side remembers: a name by number or as text, and its value. */
function literal(name: Buffer, value: string): Buffer {
  return Buffer.concat([name, Buffer.from([value.length]), Buffer.from(value)]);
}
