import { containerService } from '@sextant/protocol/container';
import type { App } from '@sextant/service/handler';
import type { Log } from '@sextant/service/observe/log';
import { engineAddress } from './engine/address.ts';
import type { ContainerConfig } from './config.ts';
import { Containers } from './container/containers.ts';
import { Endings } from './container/endings.ts';
import { Engine } from './engine/engine.ts';
import { handlers } from './handlers.ts';
import { Lifetimes } from './life/lifetimes.ts';
import { ServerId } from './life/server-id.ts';
import { Watch } from './watch/watch.ts';

export async function create(config: ContainerConfig, log: Log, folder: string): Promise<App<typeof containerService>> {
  const address = engineAddress(config.engine, process.env);
  const engine = new Engine(address, config);
  const endings = new Endings();
  const watch = new Watch(engine, endings, config.listEveryMs);
  const lifetimes = new Lifetimes(engine, endings, new ServerId(folder), log);
  log.info({ engine: address.url }, 'drives this engine');
  return {
    service: containerService,
    handlers: handlers({ config, containers: new Containers(engine), endings, engine, lifetimes, log, watch }),
    unready: () => engine.unready(),
    listening: () => lifetimes.begin(),
    close: () => lifetimes.close(),
  };
}
