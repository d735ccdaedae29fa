import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadIdentity } from '@sextant/client/identity';
import { peerService } from '@sextant/protocol/peer';
import { registryService } from '@sextant/protocol/registry';
import type { App } from '@sextant/service/handler';
import type { Log } from '@sextant/service/observe/log';
import { isAnywhere, isThisMachine } from '@sextant/wire/remote';
import { admitSelf } from './admit-self.ts';
import type { PeerConfig } from './config.ts';
import { handlers } from './handlers.ts';
import { Membership } from './membership.ts';
import { Peers } from './peers.ts';

export async function create(config: PeerConfig, log: Log, folder: string): Promise<App<typeof peerService>> {
  const [host = '', port = registryService.port] = config.registry.split(':');
  const peers = new Peers(config.name);
  const auth = await loadIdentity(join(folder, 'key.pem'));
  if (!isThisMachine(config.host)) await admitSelf(config.home, auth.key, folder);
  const trust = { auth, ca: await readAuthority(config.home) };
  const membership = new Membership({ host, port: Number(port) }, peers, trust, log);
  return {
    service: peerService,
    handlers: handlers(peers),
    unready: () => peers.unready(),
    listening: (address) => membership.begin({ host: config.advertise ?? dialable(address.host), port: address.port }),
    close: () => membership.end(),
  };
}

/** Where others dial whoever listens there: nobody can tell for "every address". */
function dialable(host: string): string | undefined {
  return isAnywhere(host) ? undefined : host;
}

/** Whoever signs the certificates of this home is trusted; without one, whom the system trusts. */
function readAuthority(home: string): Promise<string | undefined> {
  return readFile(join(home, 'tls', 'ca.pem'), 'utf8').catch(() => undefined);
}
