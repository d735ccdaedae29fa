import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';

const http = createServer();
// No ping comes in the time that is measured: the load would have to answer it.
const server = new Server(http, { pingInterval: 600_000, perMessageDeflate: false });
server.on('connection', (socket) => {
  void socket.join('bench');
  socket.on('say', (text: string) => server.to('bench').emit('say', text));
});
http.listen(0, '127.0.0.1', () => process.stdout.write(`${(http.address() as AddressInfo).port}\n`));
