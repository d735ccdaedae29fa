/** How one make of server is talked to: the bytes are made before, and what comes is counted, not understood. */
export interface Dialect {
  /** What a member sends to be one, each piece once something has come after the one before. */
  opening(member: number): readonly (Uint8Array | string)[];
  /** A message with this text; no two of a sender's that are unanswered have the same number, of four digits. */
  message(text: string, number: number): Uint8Array;
}

const ROOM = 'bench';

/** Lines that are given to everybody as they are. */
export const plainLines: Dialect = {
  opening: () => [],
  message: (text) => Buffer.from(`${text}\n`),
};

export const jsonLines: Dialect = {
  opening: () => [],
  message: (text) => Buffer.from(`${JSON.stringify({ room: ROOM, text })}\n`),
};

/** Members whose clients do the same things in the same order join under one id. */
export const sextant = joined(() => 1);

/** The worst for us: no two members share a byte. */
export const sextantApart = joined((member) => `m${String(member).padStart(4, '0')}`);

function joined(idOf: (member: number) => number | string): Dialect {
  return {
    opening: (member) => [asked(idOf(member), 'chat.join', { room: ROOM, nick: `n${member}`, history: 0 })],
    message: (text, number) => Buffer.from(asked(number, 'chat.send', { room: ROOM, text })),
  };
}

/** In its third version, in which who listens may also publish. */
export const redis: Dialect = {
  opening: () => ['HELLO 3\r\n', `SUBSCRIBE ${ROOM}\r\n`],
  message: (text) => Buffer.from(`*3\r\n$7\r\nPUBLISH\r\n$${ROOM.length}\r\n${ROOM}\r\n$${text.length}\r\n${text}\r\n`),
};

export const nats: Dialect = {
  opening: () => [`CONNECT {"verbose":false,"pedantic":false,"lang":"load","version":"1"}\r\nSUB ${ROOM} 1\r\n`],
  message: (text) => Buffer.from(`PUB ${ROOM} ${text.length}\r\n${text}\r\n`),
};

/** Version 3.1.1, without keep-alive, quality of service 0. */
export const mqtt: Dialect = {
  opening: (member) => [
    packet(0x10, Buffer.concat([prefixed('MQTT'), Buffer.from([4, 2, 0, 0]), prefixed(`n${member}`)])),
    packet(0x82, Buffer.concat([Buffer.from([0, 1]), prefixed(ROOM), Buffer.from([0])])),
  ],
  message: (text) => packet(0x30, Buffer.concat([prefixed(ROOM), Buffer.from(text)])),
};

export const webSocket: Dialect = {
  opening: () => [upgrade('/')],
  message: (text) => masked(text),
};

export const socketIo: Dialect = {
  opening: () => [upgrade('/socket.io/?EIO=4&transport=websocket'), masked('40')],
  message: (text) => masked(`42${JSON.stringify(['say', text])}`),
};

function asked(id: number | string, method: string, params: object): string {
  return `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
}

function packet(type: number, rest: Buffer): Buffer {
  const length = rest.length < 128 ? [rest.length] : [(rest.length % 128) | 128, Math.floor(rest.length / 128)];
  return Buffer.concat([Buffer.from([type, ...length]), rest]);
}

function prefixed(text: string): Buffer {
  return Buffer.concat([Buffer.from([0, text.length]), Buffer.from(text)]);
}

function upgrade(path: string): string {
  return (
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n'
  );
}

/** A frame of text with a mask of zeros, which leaves it as it is. */
function masked(text: string): Buffer {
  const length = text.length < 126 ? [0x80 | text.length] : [0xfe, text.length >> 8, text.length & 0xff];
  return Buffer.concat([Buffer.from([0x81, ...length, 0, 0, 0, 0]), Buffer.from(text)]);
}
