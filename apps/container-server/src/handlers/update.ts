import type { containerService } from '@sextant/protocol/container';
import type { Change, UpdateItem } from '@sextant/protocol/container-update';
import { ProtocolError } from '@sextant/protocol/errors';
import { allows } from '@sextant/protocol/scope';
import type { HandlerOf } from '@sextant/service/handler';
import type { Call } from '@sextant/service/session/call';
import type { Engine, Inspected } from '../engine/engine.ts';
import { fullName, type ImageDetails } from '../image/image.ts';
import { imageIfHere, obtain } from '../image/pull.ts';
import type { Parts } from '../parts.ts';
import { change, type Params } from '../update/change.ts';
import { difference } from '../update/difference.ts';
import { recall } from '../update/recall.ts';
import { mustBeUpdatable } from '../update/updatable.ts';

/** What it takes to run an image. */
const CREATE = 'container:create';
/** Changes that fit a line together. */
const PART = 16;

export function update({
  engine,
  containers,
  config,
  updates,
}: Parts): HandlerOf<typeof containerService, 'container.update'> {
  return async (params, call) => {
    await updates.settle();
    return containers.act(params.target, call, async (id) => {
      const old = await engine.inspectAll(id);
      const reference = { id, name: old.Name.slice(1), state: old.State.Status };
      mustBeUpdatable(old);
      mayRun(params.image ?? old.Config.Image, call);
      const { creation, changes } = await planned(engine, old, params, call, config.publishHost);
      await tell(changes, call);
      if (params.dryRun || changes.length === 0) return { ...reference, updated: false };
      return { ...(await updates.replace(reference, creation, params.timeoutMs, call)), updated: true };
    });
  };
}

/** @throws ProtocolError `forbidden` if the caller may not create containers from this image. */
function mayRun(image: string, { caller: { principal } }: Pick<Call, 'caller'>): void {
  // A scope may be limited to the name without the tag that is meant then.
  if ([image, image.replace(/:latest$/, '')].some((name) => allows(principal.scopes, CREATE, name))) return;
  const scope = `${CREATE}:${image}`;
  throw new ProtocolError(
    'forbidden',
    `${JSON.stringify(principal.name)} lacks the scope "${scope}" for this; whoever runs the service can make a token that has it.`,
    { scope },
  );
}

/** What takes its place, and how that is different. A dry run pulls nothing. */
async function planned(engine: Engine, old: Inspected, params: Params, call: Call<UpdateItem>, publishHost: string) {
  const name = params.image === undefined ? old.Config.Image : fullName(params.image);
  const image = params.dryRun ? await imageIfHere(engine, name) : await obtain(engine, name, params.pull, call);
  const before = recall(old, await imageIfHere(engine, old.Image));
  const env = variablesOf(image);
  const after = change(before, params, { name, env }, publishHost);
  const changes = difference(
    { creation: before, image: old.Image, env: old.Config.Env ?? [] },
    { creation: after, image: image?.Id, env },
  );
  const creation = { ...after, HostConfig: { ...after.HostConfig, ...volumesOf(old) } };
  return { creation, changes };
}

function variablesOf(image: ImageDetails | undefined): readonly string[] {
  return image?.Config?.Env ?? [];
}

/** Of volumes that come so, the engine still knows which ones have no name, and go with their last container. */
function volumesOf({ Id, Mounts }: Inspected): { VolumesFrom?: string[] } {
  return Mounts.length > 0 ? { VolumesFrom: [Id] } : {};
}

async function tell(changes: readonly Change[], call: Call<UpdateItem>): Promise<void> {
  for (let at = 0; at === 0 || at < changes.length; at += PART) {
    await call.send({ changes: changes.slice(at, at + PART) });
  }
}
