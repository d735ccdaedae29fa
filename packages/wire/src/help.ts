import type { Socket } from 'node:net';
import { failure } from '@sextant/protocol/envelope';
import { ProtocolError } from '@sextant/protocol/errors';
import { encodeLine } from '@sextant/protocol/frame';

/** Milliseconds whoever is sent away has to read why. */
const LINGER_MS = 500;

/** One line for whoever speaks something else, then the end. */
export function help(socket: Socket): void {
  const error = new ProtocolError(
    'bad_framing',
    'This port speaks JSON-RPC 2.0, one object a line. Try: {"jsonrpc":"2.0","id":1,"method":"rpc.hello","params":{"protocol":1,"client":"me"}}',
  );
  socket.on('error', () => socket.destroy());
  // Read what is still coming: closing with unread bytes would reset the connection and take the help with it.
  socket.end(encodeLine(failure(null, error)), () => setTimeout(() => socket.destroy(), LINGER_MS).unref());
  socket.resume();
}
