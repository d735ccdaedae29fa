import type { Script } from './load.ts';

/** What is asked of everybody: to give this back. */
export const PARAMS = '{"text":"twenty characters..."}';

/** Stand where the numbers of a request and of its connection go; of the same length as every one of them. */
const NUMBER = '0000000000';
const CONNECTION = '#####';

/** A request that is a text with numbers in it. */
function textual(request: string, opening?: string): Script {
  const template = Buffer.from(request);
  const place = template.indexOf(NUMBER);
  const connectionPlace = template.indexOf(CONNECTION);
  return {
    ...(opening === undefined ? {} : { opening: (connection) => opening.replace(CONNECTION, String(connection)) }),
    requestBytes: template.length,
    write(target, at, number, connection) {
      template.copy(target, at);
      if (place !== -1) target.write(String(number), at + place, 'latin1');
      if (connectionPlace !== -1) target.write(String(connection), at + connectionPlace, 'latin1');
    },
  };
}

const numbered = `{"jsonrpc":"2.0","id":${NUMBER},"method":"echo.say","params":${PARAMS}}`;

export const jsonLines = textual(`${numbered}\n`);
export const contentLength = textual(`Content-Length: ${numbered.length}\r\n\r\n${numbered}`);
export const http = textual(
  `POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${PARAMS.length}\r\n\r\n${PARAMS}`,
);
export const redisPing = textual(`*2\r\n$4\r\nPING\r\n$${PARAMS.length}\r\n${PARAMS}\r\n`);
export const nats = textual(
  `PUB echo _INBOX.${CONNECTION}.${NUMBER} ${PARAMS.length}\r\n${PARAMS}\r\n`,
  `CONNECT {"verbose":false,"pedantic":false,"lang":"load","version":"1"}\r\nSUB _INBOX.${CONNECTION}.* 1\r\n`,
);

/** Frames with a mask of zeros, which leaves them as they are. */
export const webSocket = ((): Script => {
  const text = textual(numbered);
  const head = Buffer.from([0x81, 0x80 | text.requestBytes, 0, 0, 0, 0]);
  return {
    opening: () =>
      'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    requestBytes: head.length + text.requestBytes,
    write(target, at, number, connection) {
      head.copy(target, at);
      text.write(target, at + head.length, number, connection);
    },
  };
})();
