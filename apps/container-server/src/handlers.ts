import type { containerService } from '@sextant/protocol/container';
import type { Handlers } from '@sextant/service/handler';
import type { Log } from '@sextant/service/observe/log';
import type { Containers } from './containers.ts';
import type { Endings } from './endings.ts';
import type { Engine } from './engine.ts';
import { attach } from './handlers/attach.ts';
import { create } from './handlers/create.ts';
import { listImages } from './handlers/image-list.ts';
import { pullImage } from './handlers/image-pull.ts';
import { removeImage } from './handlers/image-remove.ts';
import { exec } from './handlers/exec.ts';
import { events } from './handlers/events.ts';
import { info } from './handlers/info.ts';
import { inspect } from './handlers/inspect.ts';
import { list } from './handlers/list.ts';
import { pause } from './handlers/pause.ts';
import { logs } from './handlers/logs.ts';
import { remove } from './handlers/remove.ts';
import { rename } from './handlers/rename.ts';
import { restart } from './handlers/restart.ts';
import { start } from './handlers/start.ts';
import { stats } from './handlers/stats.ts';
import { stop } from './handlers/stop.ts';
import { unpause } from './handlers/unpause.ts';
import { wait } from './handlers/wait.ts';
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
    'container.inspect': inspect(engine, containers),
    'container.start': start(engine, containers),
    'container.stop': stop(engine, containers, endings),
    'container.restart': restart(engine, containers, endings),
    'container.pause': pause(engine, containers),
    'container.unpause': unpause(engine, containers),
    'container.rename': rename(engine, containers),
    'container.wait': wait(engine, containers),
    'container.remove': remove(engine, containers, endings),
    'container.stats': stats(engine, containers),
    'image.list': listImages(engine),
    'image.pull': pullImage(engine),
    'image.remove': removeImage(engine),
    'container.exec': exec(engine, containers, log),
    'container.attach': attach(engine, containers),
    'container.events': events(watch),
    'container.logs': logs(engine, containers),
    'engine.info': info(engine),
  };
}
