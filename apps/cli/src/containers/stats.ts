import type { Client } from '@sextant/client/client';
import type { containerService } from '@sextant/protocol/container';
import type { ContainerStats } from '@sextant/protocol/container-schemas';

/** What a container uses, and which that is. */
export type Usage = { id: string; name: string } & ContainerStats;

/** Containers that can be followed at a time: a connection has no room for many more. */
export const MOST_LIVE = 48;

/**
 * Follows what containers use, side by side, until they have stopped; with `once`, all of them one time.
 * @returns why some could not be followed.
 */
export async function followStats(
  containers: Client<typeof containerService>,
  followed: readonly { id: string; name: string }[],
  once: boolean,
  signal: AbortSignal,
  show: (usage: Usage) => void,
): Promise<unknown[]> {
  const waiting = [...followed];
  const failures: unknown[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { id, name } = next;
      const stream = containers.open('container.stats', { target: id, once }, { signal });
      for await (const { item } of stream) if (item) show({ id, name, ...item });
      await stream.result.catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: MOST_LIVE }, work));
  return failures;
}
