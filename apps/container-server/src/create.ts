import { containerService } from '@sextant/protocol/container';
import type { App } from '@sextant/service/handler';
import type { Log } from '@sextant/service/observe/log';
import { engineAddress } from './address.ts';
import type { ContainerConfig } from './config.ts';
import { Containers } from './containers.ts';
import { Endings } from './endings.ts';
import { Engine } from './engine.ts';
import { handlers } from './handlers.ts';
import { Watch } from './watch.ts';

export async function create(config: ContainerConfig, log: Log): Promise<App<typeof containerService>> {
  const address = engineAddress(config.engine, process.env);
  const engine = new Engine(address, config);
  const endings = new Endings();
  const watch = new Watch(engine, endings, config.listEveryMs);
  log.info({ engine: address.url }, 'drives this engine');
  return {
    service: containerService,
    handlers: handlers(engine, new Containers(engine), config.publishHost, log, watch, endings),
    unready: () => engine.unready(),
  };
}
