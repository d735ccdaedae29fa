import type { containerService } from '@sextant/protocol/container';
import type { Change, UpdateItem } from '@sextant/protocol/container-update';
import { ProtocolError } from '@sextant/protocol/errors';
import { allows } from '@sextant/protocol/scope';
import type { HandlerOf } from '@sextant/service/handler';
import type { Call } from '@sextant/service/session/call';
import type { Creation } from '../container/creation.ts';
import type { Engine } from '../engine/engine.ts';
import type { Inspected } from '../engine/look.ts';
import type { ImageDetails } from '../image/image.ts';
import { nameOrId } from '../image/images.ts';
import { imageIfHere, notHere, obtain } from '../image/pull.ts';
import type { Parts } from '../parts.ts';
import { change, type Params } from '../update/change.ts';
import { difference } from '../update/difference.ts';
import { recall } from '../update/recall.ts';
import { mustBeUpdatable } from '../update/updatable.ts';

/** What it takes to run an image. */
const CREATE = 'container:create';
/** Changes that fit a line together. */
const PART = 16;

export function update(parts: Parts): HandlerOf<typeof containerService, 'container.update'> {
  const { engine, containers, config, policy, updates } = parts;
  return async (params, call) => {
    await updates.settle(params.target, call);
    // A pull may take long: meanwhile others may act on the container.
    if (!params.dryRun) {
      await containers.look(params.target, call, async (id) => {
        const { name } = await mayBecome(await engine.inspectAll(id), params, call, engine);
        await obtain(parts, name, params.pull, call);
      });
    }
    return containers.act(params.target, call, async (id) => {
      const old = await engine.inspectAll(id);
      const { before, name } = await mayBecome(old, params, call, engine);
      const image = await imageIfHere(engine, name);
      if (!image && !params.dryRun) throw notHere(name);
      const env = variablesOf(image);
      const after = await change(before, params, { name, env }, { policy, publishHost: config.publishHost });
      // What an image brings that is not here, nobody knows.
      const brought = image ? (old.Config.Env ?? []) : [];
      const changes = difference(
        { creation: before, image: old.Image, env: brought },
        { creation: after, image: image?.Id, env },
      );
      tell(changes, call);
      const reference = { id, name: old.Name.slice(1), state: old.State.Status };
      if (params.dryRun || changes.length === 0) return { ...reference, updated: false };
      const creation = { ...after, HostConfig: { ...after.HostConfig, ...volumesOf(old) } };
      return { ...(await updates.replace(reference, creation, params.timeoutMs, call)), updated: true };
    });
  };
}

/**
 * What a container was created from, and the image that it is to be made from.
 * @throws ProtocolError `conflict` if it cannot be replaced, `forbidden` if the caller may not create one from this image.
 */
async function mayBecome(
  old: Inspected,
  params: Params,
  call: Pick<Call, 'caller'>,
  engine: Engine,
): Promise<{ before: Creation; name: string }> {
  const image = await imageIfHere(engine, old.Image);
  mustBeUpdatable(old, image);
  mayRun(params.image ?? old.Config.Image, call);
  const before = { ...recall(old, image), Image: await nameOrId(engine.images, old.Config.Image) };
  const name = params.image === undefined ? before.Image : await nameOrId(engine.images, params.image);
  return { before, name };
}

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

function variablesOf(image: ImageDetails | undefined): readonly string[] {
  return image?.Config?.Env ?? [];
}

/** Of volumes that come so, the engine still knows which ones have no name, and go with their last container. */
function volumesOf({ Id, Mounts }: Inspected): { VolumesFrom?: string[] } {
  return Mounts.length > 0 ? { VolumesFrom: [Id] } : {};
}

/** Whoever takes it too slowly does not hold up the others. */
function tell(changes: readonly Change[], call: Call<UpdateItem>): void {
  for (let at = 0; at === 0 || at < changes.length; at += PART) {
    void call.send({ changes: changes.slice(at, at + PART) });
  }
}
