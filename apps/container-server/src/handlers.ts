import type { containerService } from '@sextant/protocol/container';
import type { Handlers } from '@sextant/service/handler';
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
import { update } from './handlers/update.ts';
import { wait } from './handlers/wait.ts';
import type { Parts } from './parts.ts';

export function handlers(parts: Parts): Handlers<typeof containerService> {
  return {
    'container.create': create(parts),
    'container.list': list(parts),
    'container.inspect': inspect(parts),
    'container.start': start(parts),
    'container.stop': stop(parts),
    'container.restart': restart(parts),
    'container.pause': pause(parts),
    'container.unpause': unpause(parts),
    'container.rename': rename(parts),
    'container.wait': wait(parts),
    'container.remove': remove(parts),
    'container.update': update(parts),
    'container.stats': stats(parts),
    'image.list': listImages(parts),
    'image.pull': pullImage(parts),
    'image.remove': removeImage(parts),
    'container.exec': exec(parts),
    'container.attach': attach(parts),
    'container.events': events(parts),
    'container.logs': logs(parts),
    'engine.info': info(parts),
  };
}
