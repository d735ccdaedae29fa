import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

/** Sends one line to a port of this machine; resolves with the line that comes back. */
export async function askLine(port: number, line: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port });
  const answer = once(createInterface({ input: socket }), 'line') as Promise<[string]>;
  socket.write(`${line}\n`);
  const [text] = await answer;
  socket.destroy();
  return text;
}
