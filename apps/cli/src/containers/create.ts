import type { Client } from '@sextant/client/client';
import type { containerService } from '@sextant/protocol/container';
import type { ParamsInput, ResultOf } from '@sextant/protocol/method';
import { showPull } from './pull.ts';

type Containers = Client<typeof containerService>;
type Creation = (typeof containerService)['methods']['container.create'];

/** Creates a container; what is pulled for it is shown as it comes. */
export async function createContainer(
  containers: Containers,
  wish: ParamsInput<Creation>,
  signal?: AbortSignal,
): Promise<ResultOf<Creation>> {
  const stream = containers.open('container.create', wish, { signal });
  await showPull(stream, wish.image);
  return stream.result;
}
