import { connect } from 'node:net';
import { crowdOptions, report } from '../../src/crowd.ts';

/** Clients that write the same for ever, as fast as it is taken. Reports when all of them have been cut or are done. */
const { host, port, count, bytesEach } = crowdOptions() as {
  host: string;
  port: number;
  count: number;
  bytesEach: number;
};

const chunk = Buffer.alloc(64 * 1024, 'x');
let taken = 0;
let longest = 0;
let over = 0;

report({});
process.once('message', () => {
  for (let client = 0; client < count; client += 1) flood();
});

function flood(): void {
  let sent = 0;
  const socket = connect({ host, port });
  const more = (): void => {
    while (!socket.destroyed && sent < bytesEach) {
      sent += chunk.length;
      if (!socket.write(chunk)) return;
    }
    if (sent >= bytesEach) socket.end();
  };
  socket
    .on('connect', () => {
      socket.write('{"a":"');
      more();
    })
    .on('drain', more)
    .on('error', () => {})
    .on('close', () => {
      taken += socket.bytesWritten;
      longest = Math.max(longest, socket.bytesWritten);
      over += 1;
      if (over === count) report({ taken, longest });
    })
    .resume();
}
