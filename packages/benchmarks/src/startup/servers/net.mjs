import { createServer } from 'node:net';

createServer((socket) => socket.pipe(socket)).listen(Number(process.argv[2]), '127.0.0.1');
