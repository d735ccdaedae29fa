import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { dial } from '@sextant/wire/dial';
import { LIMITS } from '@sextant/protocol/limits';
import { ProtocolError } from '@sextant/protocol/errors';
import { crowdOptions, report } from '../../src/crowd.ts';

/** Dials its own server until the system has no more ports for it, and reports what the last dial was refused with. */
crowdOptions();
const server = createServer();
server.listen(7777, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
let refused: object = {};
try {
  for (let dials = 0; dials < 100; dials += 1) await dial({ host: '127.0.0.1', port }, LIMITS);
} catch (error) {
  if (error instanceof ProtocolError) refused = { type: error.type, retry: error.retry, message: error.message };
}
process.once('message', () => report(refused));
report({});
