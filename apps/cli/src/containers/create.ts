import type { Client } from '@sextant/client/client';
import type { containerService, PullProgress } from '@sextant/protocol/container';
import type { ParamsInput, ResultOf } from '@sextant/protocol/method';
import { showProgress, type Progress } from '../progress.ts';

type Containers = Client<typeof containerService>;
type Creation = (typeof containerService)['methods']['container.create'];

/** Creates a container; what is pulled for it is shown as it comes. */
export async function createContainer(
  containers: Containers,
  wish: ParamsInput<Creation>,
  signal?: AbortSignal,
): Promise<ResultOf<Creation>> {
  using progress = showProgress(`Pulling ${wish.image}`);
  const stream = containers.open('container.create', wish, { signal });
  const layers = new Map<string, PullProgress>();
  for await (const { item } of stream) {
    if (!item) continue;
    if (layers.size === 0) progress.say(`Pulling ${wish.image}.`);
    layers.set(item.layer ?? '', { ...layers.get(item.layer ?? ''), ...item });
    progress.label = `${item.status} ${wish.image}`;
    show(progress, layers);
  }
  return stream.result;
}

/** Layers are pulled side by side; their sizes become known one after the other, and begin anew when they are unpacked. */
function show(progress: Progress, layers: ReadonlyMap<string, PullProgress>): void {
  const sized = [...layers.values()].filter(({ totalBytes }) => totalBytes !== undefined);
  const done = sized.reduce((sum, { currentBytes = 0 }) => sum + currentBytes, 0);
  const total = sized.reduce((sum, { totalBytes = 0 }) => sum + totalBytes, 0);
  if (done < progress.done) progress.begin(done, total);
  else Object.assign(progress, { done, total });
}
