import type { containerService } from '@sextant/protocol/container';
import type { Handlers } from '@sextant/service/handler';
import type { Log } from '@sextant/service/observe/log';
import type { Containers } from './containers.ts';
import type { Engine } from './engine.ts';
import { attach } from './handlers/attach.ts';
import { create } from './handlers/create.ts';
import { exec } from './handlers/exec.ts';
import { info } from './handlers/info.ts';
import { list } from './handlers/list.ts';
import { remove } from './handlers/remove.ts';
import { start } from './handlers/start.ts';
import { stop } from './handlers/stop.ts';

export function handlers(
  engine: Engine,
  containers: Containers,
  publishHost: string,
  log: Log,
): Handlers<typeof containerService> {
  return {
    'container.create': create(engine, containers, publishHost, log),
    'container.list': list(engine),
    'container.start': start(engine, containers),
    'container.stop': stop(engine, containers),
    'container.remove': remove(engine, containers),
    'container.exec': exec(engine, containers, log),
    'container.attach': attach(engine, containers),
    'engine.info': info(engine),
  };
}
