import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
server.on('connection', (socket) => {
  socket.on('message', (data: Buffer) => {
    const { id, params } = JSON.parse(data.toString()) as { id: number; params: { text: string } };
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: { text: params.text } }));
  });
});
server.on('listening', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
