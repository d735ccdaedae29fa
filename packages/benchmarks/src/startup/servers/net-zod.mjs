import { createServer } from 'node:net';
import { z } from 'zod';

const schema = z.object({ text: z.string() });

createServer((socket) => {
  socket.on('data', (chunk) => socket.write(JSON.stringify(schema.parse(JSON.parse(chunk.toString())))));
}).listen(Number(process.argv[2]), '127.0.0.1');
