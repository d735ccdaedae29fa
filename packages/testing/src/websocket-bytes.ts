/** What a WebSocket frame carries. */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** The opening of a WebSocket, as bytes to write: tests need more freedom than a library for it gives. */
export function upgradeRequest(host: string, port: number, headers: Readonly<Record<string, string>> = {}): string {
  const all = {
    Host: `${host}:${port}`,
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Protocol': 'sextant.v1',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET /ws HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** One frame of a client. `fin` false says that more of the message follows. */
export function webSocketFrame(payload: Uint8Array, opcode: number = OPCODE.binary, fin = true): Buffer {
  const mask = Buffer.of(0x37, 0xfa, 0x21, 0x3d);
  const masked = Buffer.from(payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0)));
  return Buffer.concat([Buffer.of((fin ? 0x80 : 0) | opcode), lengthOf(payload.length), mask, masked]);
}

function lengthOf(bytes: number): Buffer {
  if (bytes < 126) return Buffer.of(0x80 | bytes);
  const length = Buffer.alloc(bytes < 65_536 ? 3 : 9);
  length[0] = 0x80 | (length.length === 3 ? 126 : 127);
  if (length.length === 3) length.writeUInt16BE(bytes, 1);
  else length.writeBigUInt64BE(BigInt(bytes), 1);
  return length;
}

/** What a service sent after its answer to the opening: the payloads of its messages, one after the other. */
export function payloadsOf(bytes: Buffer): Buffer {
  const payloads: Buffer[] = [];
  for (let at = 0; at + 2 <= bytes.length;) {
    const short = (bytes[at + 1] ?? 0) & 0x7f;
    const header = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (at + header > bytes.length) break;
    const length =
      short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short === 126 ? bytes.readUInt16BE(at + 2) : short;
    const opcode = (bytes[at] ?? 0) & 0x0f;
    const payload = bytes.subarray(at + header, at + header + length);
    // Text may come without the LF that ends it elsewhere.
    if (opcode < OPCODE.close) payloads.push(payload, ...(payload.at(-1) === 0x0a ? [] : [Buffer.from('\n')]));
    at += header + length;
  }
  return Buffer.concat(payloads);
}
