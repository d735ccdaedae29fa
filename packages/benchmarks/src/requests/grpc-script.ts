import { FIRST, type Script } from './load.ts';

/** A unary call over HTTP/2 as bytes: a frame of headers and a frame of data, with the number of its stream in both. */
export function grpc(path: string, message: string): Script {
  const headers = frame(
    1,
    0x4,
    Buffer.concat([
      Buffer.from([0x83, 0x86]),
      literal(Buffer.from([0x04]), path),
      literal(Buffer.from([0x01]), '127.0.0.1'),
      literal(Buffer.from([0x0f, 0x10]), 'application/grpc'),
      literal(Buffer.from([0x00, 2, 0x74, 0x65]), 'trailers'),
    ]),
  );
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  const data = frame(0, 0x1, Buffer.concat([prefix, Buffer.from(message)]));
  const call = Buffer.concat([headers, data]);
  const opening = Buffer.concat([
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    frame(4, 0, Buffer.alloc(0)),
    widest(),
  ]);
  return {
    opening: () => opening,
    requestBytes: call.length,
    write(target, at, number) {
      // Odd and rising by two, as those of every client.
      const stream = (number - FIRST) * 2 + 1;
      call.copy(target, at);
      target.writeUInt32BE(stream, at + STREAM_AT);
      target.writeUInt32BE(stream, at + headers.length + STREAM_AT);
    },
  };
}

/** Where a frame has the number of its stream. */
const STREAM_AT = 5;

function frame(type: number, flags: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  return Buffer.concat([head, payload]);
}

/** A header that neither side remembers: a name by number or as text, and its value. */
function literal(name: Buffer, value: string): Buffer {
  return Buffer.concat([name, Buffer.from([value.length]), Buffer.from(value)]);
}

/** Allows the server to send as much as HTTP/2 can say. */
function widest(): Buffer {
  const increment = Buffer.alloc(4);
  increment.writeUInt32BE(2 ** 31 - 1 - 65_535);
  return frame(8, 0, increment);
}
