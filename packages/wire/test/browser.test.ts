import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { LIMITS } from '@sextant/protocol/limits';
import { WebSocketServer } from 'ws';
import { dialWebSocket } from '../src/dial-web-socket.ts';

describe('BrowserConnection', () => {
  it('holds frames while paused, and gives them in order after', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    server.on('connection', (socket) => {
      socket.send('{"n":1}');
      socket.send('{"n":2}\n');
      socket.send(Buffer.from('{"n":3,"body":2}\nab\n'));
      socket.send('{"n":4}\n{"n":5,"body":9}');
    });
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const connection = await dialWebSocket(new URL(`ws://127.0.0.1:${port}/`), LIMITS);
    const seen: unknown[] = [];
    connection.pause();
    connection.open({
      frame({ message, body }) {
        seen.push(body ? [message['n'], Buffer.from(body).toString()] : message['n']);
        if (message['n'] === 1) connection.pause();
      },
      malformed: (error, fatal) => seen.push([error.type, fatal]),
      ended() {},
      closed: () => seen.push('closed'),
    });
    while (connection.receivedBytes < 50) await sleep(5);
    expect(seen).toEqual([]);
    connection.resume();
    expect(seen).toEqual([1]);
    connection.resume();
    expect(seen).toEqual([1, 2, [3, 'ab'], 4, ['bad_framing', true]]);
    connection.destroy();
    expect(seen.at(-1)).toBe('closed');
    for (const socket of server.clients) socket.terminate();
    server.close();
  });

  it('is not made with whoever speaks no protocol of ours', async () => {
    const http = createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
    await once(http, 'listening');
    const { port } = http.address() as { port: number };
    await expect(dialWebSocket(new URL(`ws://127.0.0.1:${port}/ws`), LIMITS)).rejects.toMatchObject({
      type: 'unavailable',
    });
    http.close();
  });
});
