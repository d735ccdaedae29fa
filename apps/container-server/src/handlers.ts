import type { containerService } from '@sextant/protocol/container';
import type { Handlers } from '@sextant/service/handler';
import type { Log } from '@sextant/service/observe/log';
import type { Containers } from './containers.ts';
import type { Endings } from './endings.ts';
import type { Engine } from './engine.ts';
import { create } from './handlers/create.ts';
import { events } from './handlers/events.ts';
import { info } from './handlers/info.ts';
import { list } from './handlers/list.ts';
import { logs } from './handlers/logs.ts';
import { remove } from './handlers/remove.ts';
import { start } from './handlers/start.ts';
import { stop } from './handlers/stop.ts';
import type { Watch } from './watch.ts';

export function handlers(
  engine: Engine,
  containers: Containers,
  publishHost: string,
  log: Log,
  watch: Watch,
  endings: Endings,
): Handlers<typeof containerService> {
  return {
    'container.create': create(engine, containers, publishHost, log),
    'container.list': list(engine),
    'container.start': start(engine, containers),
    'container.stop': stop(engine, containers, endings),
    'container.remove': remove(engine, containers, endings),
    'container.events': events(watch),
    'container.logs': logs(engine, containers),
    'engine.info': info(engine),
  };
}
