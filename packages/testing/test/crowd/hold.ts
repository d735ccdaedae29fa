import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { crowdOptions, report } from '../../src/crowd.ts';

/** Connections that say one thing and then stay. Reports how many are open, how many were ever, and bytes read. */
const { host, port, count, says, next, reads } = crowdOptions() as {
  host: string;
  port: number;
  count: number;
  /** What each one writes as soon as it is open; nothing if empty. */
  says: string;
  /** What it writes when the first is answered. */
  next?: string;
  /** False leaves what is answered in the network. */
  reads: boolean;
};

/** Connections dialled side by side: more of them only wait for each other. */
const AT_ONCE = 100;

const sockets = new Set<Socket>();
let opened = 0;
let bytes = 0;

process.on('message', (what) => {
  if (what === 'close') for (const socket of sockets) socket.destroy();
  if (what === 'end') for (const socket of sockets) socket.end();
  if (what === 'say') for (const socket of sockets) socket.write(says);
  setTimeout(tell, 100);
});

for (let left = count; left > 0; left -= AT_ONCE) {
  await Promise.all(Array.from({ length: Math.min(left, AT_ONCE) }, open));
}
await sleep(100);
tell();

function open(): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket
      .on('error', () => {})
      .once('close', () => {
        sockets.delete(socket);
        resolve();
      })
      .once('connect', () => {
        opened += 1;
        sockets.add(socket);
        if (says !== '') socket.write(says);
        resolve();
      });
    if (next !== undefined) socket.once('data', () => socket.write(next));
    if (reads) socket.on('data', (chunk) => (bytes += chunk.length));
    else socket.pause();
  });
}

function tell(): void {
  report({ open: sockets.size, opened, bytes });
}
