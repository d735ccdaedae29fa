import { peerService } from '@sextant/protocol/peer';
import { registryService } from '@sextant/protocol/registry';
import type { App } from '@sextant/service/handler';
import type { Log } from '@sextant/service/log';
import type { PeerConfig } from './config.ts';
import { handlers } from './handlers.ts';
import { Membership } from './membership.ts';
import { Peers } from './peers.ts';

export async function create(config: PeerConfig, log: Log): Promise<App<typeof peerService>> {
  const [host = '', port = registryService.port] = config.registry.split(':');
  const peers = new Peers(config.name);
  const membership = new Membership({ host, port: Number(port) }, peers, log);
  return {
    service: peerService,
    handlers: handlers(peers),
    listening: (address) => membership.begin(address),
    close: () => membership.end(),
  };
}
