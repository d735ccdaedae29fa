import { containerService } from '@sextant/protocol/container';
import type { App } from '@sextant/service/handler';
import type { Log } from '@sextant/service/observe/log';
import { engineAddress } from './engine/address.ts';
import type { ContainerConfig } from './config.ts';
import { Containers } from './container/containers.ts';
import { Endings } from './container/endings.ts';
import { Engine } from './engine/engine.ts';
import { handlers } from './handlers.ts';
import { serviceId } from './update/service-id.ts';
import { Updates } from './update/updates.ts';
import { Watch } from './watch/watch.ts';

export async function create(
  config: ContainerConfig,
  log: Log,
  folder?: string,
): Promise<App<typeof containerService>> {
  const address = engineAddress(config.engine, process.env);
  const engine = new Engine(address, config);
  const endings = new Endings();
  const watch = new Watch(engine, endings, config.listEveryMs);
  const containers = new Containers(engine);
  const updates = new Updates({ id: await serviceId(folder), engine, containers, endings, log });
  log.info({ engine: address.url }, 'drives this engine');
  return {
    service: containerService,
    handlers: handlers({ config, containers, endings, engine, log, updates, watch }),
    unready: () => engine.unready(),
    listening: () => updates.recover(),
    close: async () => updates.close(),
  };
}
