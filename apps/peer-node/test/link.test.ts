import { expect, it } from '@jest/globals';
import { peerService } from '@sextant/protocol/peer';
import type { Call } from '@sextant/service/session/call';
import { startRig, testLog } from '@sextant/testing/rig';
import { waitFor } from '@sextant/testing/wait';
import { handlers } from '../src/handlers.ts';
import { Link } from '../src/link.ts';
import { Peers } from '../src/peers.ts';

const SELF = { name: 'ann', host: '127.0.0.1', port: 1 };

it('a link that is given up ends its connection, greeted or not', async () => {
  const peers = new Peers('ann');
  peers.is(SELF);
  let greeting: AbortSignal | undefined;
  const greet = (_params: object, { caller, signal }: Pick<Call<never>, 'caller' | 'signal'>): Promise<never> => {
    greeting = caller.over;
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  };
  await using rig = await startRig({ service: peerService, handlers: { ...handlers(peers), 'peer.greet': greet } });
  const { host, port } = rig.running;
  const contact = { name: 'bob', kind: 'peer-node', host, port, generation: 1, rev: 1, registeredAt: '' };
  const link = new Link(contact, peers, {}, testLog);
  await waitFor('the greeting', () => greeting !== undefined);
  link.stop();
  await waitFor('the connection to end', () => greeting?.aborted);
  expect(peers.all()).toEqual([]);
});
