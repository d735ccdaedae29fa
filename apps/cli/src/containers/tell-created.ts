import type { Client } from '@sextant/client/client';
import type { containerService } from '@sextant/protocol/container';
import type { ContainerDetails } from '@sextant/protocol/container-schemas';
import type { Address } from '@sextant/wire/address';
import { isHere } from '../credentials.ts';
import { duration, say } from '../output.ts';
import { SELF } from '../self.ts';
import { localTime } from '../time.ts';

/** Says what is worth knowing of a container that was just created: where its ports are, when it ends, or that it did. */
export async function tellCreated(
  containers: Client<typeof containerService>,
  id: string,
  { ttl, leash = false }: { ttl?: number | undefined; leash?: boolean },
): Promise<void> {
  // Whoever may create need not be allowed to look.
  const details = await containers.call('container.inspect', { target: id }).catch(() => undefined);
  if (!details) return;
  const { name, state, exitCode, oomKilled } = details;
  if (state === 'exited') {
    if (leash) return;
    const reason = oomKilled ? ' for want of memory' : '';
    say(`It ended at once${reason}, with exit code ${exitCode}. What it printed: ${SELF} container logs ${name}`);
    return;
  }
  const ports = new Set(details.ports.flatMap((port) => portSentence(port, containers.address)));
  for (const sentence of ports) say(sentence);
  if (ttl !== undefined) {
    const end = new Date(Date.now() + ttl).toISOString();
    say(`It is stopped and removed in ${duration(ttl)}, at ${localTime(end)}.`);
  }
}

/** Nothing of one that leads nowhere. */
function portSentence({ host, container, protocol }: ContainerDetails['ports'][number], at: Address): string[] {
  if (host === undefined) return [];
  const kind = protocol === 'tcp' ? 'Port' : `${protocol.toUpperCase()} port`;
  const place = 'path' in at || isHere(at) ? 'this machine' : `the engine's machine`;
  return [`${kind} ${host} of ${place} leads to its port ${container}.`];
}
