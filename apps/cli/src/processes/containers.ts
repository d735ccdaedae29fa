import { containerService } from '@sextant/protocol/container';
import type { Container } from '@sextant/protocol/container-schemas';
import { connectAs } from '../connect.ts';
import { addressOf, type CommonOptions } from '../service.ts';

/** Milliseconds that containers have to be listed: what is asked for are programs. */
const PATIENCE_MS = 400;
/** More than a screen holds. */
const MOST = 200;

/**
 * Containers of the same machine, for a list of programs.
 * @throws why they cannot be listed, soon.
 */
export async function listBeside(options: CommonOptions, all: boolean): Promise<Container[]> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const client = await connectAs(containerService, addressOf(containerService, options), options, signal);
  try {
    return (await client.call('container.list', { all, limit: MOST }, { signal })).items;
  } finally {
    client.close();
  }
}

/** Who names a port means one service. */
export function mayHaveContainers({ host }: CommonOptions): boolean {
  return host === undefined || !/:\d+$|^unix:/.test(host);
}
