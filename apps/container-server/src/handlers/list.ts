import type { containerService } from '@sextant/protocol/container';
import type { HandlerOf } from '@sextant/service/handler';
import { pageOf } from '@sextant/service/page';
import { containerOf } from '../container.ts';
import type { Engine } from '../engine.ts';

export function list(engine: Engine): HandlerOf<typeof containerService, 'container.list'> {
  return async ({ all, ...asked }) => {
    const containers = (await engine.listOurs(all)).map(containerOf).sort((a, b) => (age(a) < age(b) ? -1 : 1));
    return pageOf(containers, age, asked);
  };
}

/** Orders the newest first; of the same second, by id. */
function age({ id, createdAt }: { id: string; createdAt: string }): string {
  return String(Number.MAX_SAFE_INTEGER - Date.parse(createdAt)) + id;
}
