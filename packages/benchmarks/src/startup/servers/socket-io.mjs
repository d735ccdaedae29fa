import { createServer } from 'node:http';
import { Server } from 'socket.io';

const http = createServer();
new Server(http).on('connection', (socket) => socket.on('message', (text) => socket.emit('message', text)));
http.listen(Number(process.argv[2]), '127.0.0.1');
