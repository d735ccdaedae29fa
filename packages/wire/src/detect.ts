import type { Socket } from 'node:net';

/** What a connection's first byte says of the rest. */
export type Opening = 'json-lines' | 'http' | 'tls' | 'other';

const JSON_LINES = new Set(['{', ' ', '\t', '\r', '\n'].map((character) => character.charCodeAt(0)));
const TLS_HANDSHAKE = 0x16;
const A = 'A'.charCodeAt(0);
const Z = 'Z'.charCodeAt(0);

/** Waits for the first byte, puts it back and leaves the socket paused. Who says nothing in time is cut. */
export function detect(socket: Socket, deadlineMs: number, found: (opening: Opening) => void): void {
  const hangUp = (): void => void socket.destroy();
  const cancel = (): void => clearTimeout(deadline);
  const deadline = setTimeout(hangUp, deadlineMs);
  socket.on('error', hangUp).on('end', hangUp).once('close', cancel);
  socket.once('data', (chunk: Buffer) => {
    cancel();
    socket.pause().off('error', hangUp).off('end', hangUp).off('close', cancel);
    socket.unshift(chunk);
    found(openingOf(chunk[0]));
  });
}

function openingOf(byte: number | undefined): Opening {
  if (byte === undefined) return 'other';
  if (JSON_LINES.has(byte)) return 'json-lines';
  if (byte === TLS_HANDSHAKE) return 'tls';
  return byte >= A && byte <= Z ? 'http' : 'other';
}
