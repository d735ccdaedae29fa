import type { Client } from '@sextant/client/client';
import type { containerService } from '@sextant/protocol/container';
import type { PullProgress } from '@sextant/protocol/container-schemas';
import type { Change, UpdateItem } from '@sextant/protocol/container-update';
import { ProtocolError } from '@sextant/protocol/errors';
import type { ParamsInput, ResultOf } from '@sextant/protocol/method';
import { dim, say } from '../output.ts';
import { showActivity } from '../progress.ts';
import { visible } from '../visible.ts';
import { showPull } from './pull.ts';

type Update = (typeof containerService)['methods']['container.update'];

/** What is shown while a step is done. */
const STEPS: Record<Extract<UpdateItem, { step: string }>['step'], string> = {
  create: 'Creating the new container',
  stop: 'Stopping the old one',
  start: 'Starting the new one',
  wait: 'Waiting until it is healthy',
  remove: 'Removing the old one',
  rollback: 'Putting the old one back',
};

/** Updates a container; `differs` is told the difference before anything is done about it. */
export async function updateContainer(
  containers: Client<typeof containerService>,
  wish: ParamsInput<Update>,
  differs: (changes: readonly Change[]) => void,
  signal: AbortSignal,
): Promise<ResultOf<Update>> {
  const stream = containers.open('container.update', wish, { signal });
  const items = stream[Symbol.asyncIterator]();
  let next = await items.next();
  const pulls = async function* (): AsyncGenerator<{ item: PullProgress }> {
    for (; !next.done && (!next.value.item || 'status' in next.value.item); next = await items.next()) {
      if (next.value.item && 'status' in next.value.item) yield { item: next.value.item };
    }
  };
  await showPull(pulls(), wish.image ?? `the image of ${wish.target}`);
  const changes: Change[] = [];
  for (; next.value?.item && 'changes' in next.value.item; next = await items.next()) {
    changes.push(...next.value.item.changes);
  }
  if (!next.done || changes.length > 0 || wish.dryRun) differs(changes);
  using activity = showActivity(`Updating ${wish.target}`);
  for (; !next.done; next = await items.next()) {
    if (next.value.item && 'step' in next.value.item) activity.label = STEPS[next.value.item.step];
  }
  return stream.result;
}

/** `+ env.A  1`, `- env.B  2`, `~ cpus  0.5 => 1`, each on a line. */
export function differenceText(changes: readonly Change[]): string {
  const width = Math.max(...changes.map(({ field }) => field.length)) + 2;
  return changes
    .map(({ field, from, to, missing }) => {
      const sign = from === undefined ? '+' : to === undefined ? '-' : '~';
      const values = [from, to].filter((value) => value !== undefined).map(visible);
      return `${sign} ${field.padEnd(width)}${values.join(' => ')}${missing ? dim('  not here, to be pulled') : ''}`;
    })
    .join('\n');
}

/** The last lines of a container that did not become healthy. */
export function sayLog(error: unknown): void {
  const log = error instanceof ProtocolError ? error.data['log'] : undefined;
  if (!Array.isArray(log)) return;
  say('The last that the new one printed:');
  for (const line of log) say(`    ${visible(String(line))}`);
}
