import type { containerService } from '@sextant/protocol/container';
import type { ContainerChange, ContainerItem, EngineChange } from '@sextant/protocol/container-schemas';
import type { Call } from '@sextant/service/session/call';
import type { HandlerOf } from '@sextant/service/handler';
import { tellChanges } from '@sextant/service/tell-changes';
import type { Principal } from '@sextant/service/session/caller';
import { mayTouch } from '../container/access.ts';
import { unlessAborted } from '@sextant/service/unless-aborted';
import type { Watch } from '../watch/watch.ts';
import type { Parts } from '../parts.ts';

type Numbered = (ContainerChange | EngineChange) & { seq: number };

/** Containers that fit a line together. */
const PART = 50;

export function events({ watch }: Parts): HandlerOf<typeof containerService, 'container.events'> {
  return ({ since }, call) =>
    unlessAborted(call.signal, () =>
      watch.while(() =>
        tellChanges(watch.history, call, since, {
          all: (gone) => tellAll(watch, call, gone),
          change: (change) => call.send(toldTo(call.caller.principal, change)),
        }),
      ),
    );
}

/** What a container printed is only for those who may touch it. */
function toldTo(caller: Principal, change: Numbered): Numbered {
  if (change.type === 'engine' || change.log === undefined) return change;
  const { log: _, ...rest } = change;
  return mayTouch(caller, { isForeign: false, owner: change.owner }) ? change : rest;
}

/** A snapshot, in parts that fit a line; only the last has a number, since nobody can go on in the middle. */
async function tellAll(watch: Watch, call: Call<ContainerItem>, since: number | undefined): Promise<number> {
  const { containers, history } = watch;
  const { seq } = history;
  if (since !== undefined && since < seq) await call.send({ gap: { from: since + 1, to: seq - 1 } });
  for (let part = 1; ; part += 1) {
    const more = containers.length > part * PART;
    const some = containers.slice((part - 1) * PART, part * PART);
    await call.send({ type: 'snapshot', part, more, containers: some, ...(!more && { seq }) });
    if (!more) return seq;
  }
}
