import type { PullProgress } from '@sextant/protocol/container-schemas';
import { showProgress, type Progress } from '../progress.ts';

/** Shows what is pulled as it comes, to the end of the stream. */
export async function showPull(stream: AsyncIterable<{ item?: PullProgress }>, image: string): Promise<void> {
  using progress = showProgress(`Pulling ${image}`);
  const layers = new Map<string, PullProgress>();
  for await (const { item } of stream) {
    if (!item) continue;
    if (layers.size === 0) progress.say(`Pulling ${image}.`);
    layers.set(item.layer ?? '', { ...layers.get(item.layer ?? ''), ...item });
    progress.label = `${item.status} ${image}`;
    show(progress, layers);
  }
}

/** Layers are pulled side by side; their sizes become known one after the other, and begin anew when they are unpacked. */
function show(progress: Progress, layers: ReadonlyMap<string, PullProgress>): void {
  const sized = [...layers.values()].filter(({ totalBytes }) => totalBytes !== undefined);
  const done = sized.reduce((sum, { currentBytes = 0 }) => sum + currentBytes, 0);
  const total = sized.reduce((sum, { totalBytes = 0 }) => sum + totalBytes, 0);
  if (done < progress.done) progress.begin(done, total);
  else Object.assign(progress, { done, total });
}
