import type { containerService } from '@sextant/protocol/container';
import type { HandlerOf } from '@sextant/service/handler';
import { pageOf } from '@sextant/service/page';
import { mayTouchForeign } from '../container/access.ts';
import { containerOf } from '../container/container.ts';
import type { Listed } from '../engine/engine.ts';
import type { Parts } from '../parts.ts';

export function list({ engine }: Parts): HandlerOf<typeof containerService, 'container.list'> {
  return async ({ all, ...asked }, call) => {
    const withForeign = mayTouchForeign(call.caller.principal);
    const listed = (await (withForeign ? engine.listAll(all) : engine.listOurs(all))).sort(byAge);
    return pageOf(listed.map(containerOf), age, asked);
  };
}

/** The newest first; of the same second, by id. */
function byAge(a: Listed, b: Listed): number {
  return b.Created - a.Created || (a.Id < b.Id ? -1 : 1);
}

/** What orders them so, as a page's cursor. */
function age({ id, createdAt }: { id: string; createdAt: string }): string {
  return String(Number.MAX_SAFE_INTEGER - Date.parse(createdAt)) + id;
}
