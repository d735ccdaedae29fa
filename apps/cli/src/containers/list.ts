import type { Client } from '@sextant/client/client';
import type { containerService } from '@sextant/protocol/container';
import type { Container } from '@sextant/protocol/container-schemas';
import { print, printJson, printList } from '../output.ts';
import { SELF } from '../self.ts';

/** Prints the containers made through this service. */
export async function printContainers(
  containers: Client<typeof containerService>,
  all: boolean,
  json: boolean,
): Promise<void> {
  const items = await listContainers(containers, all);
  const others = items.length > 0 || all ? [] : await listContainers(containers, true);
  const empty =
    others.length > 0
      ? `No container runs, ${others.length} stopped: ${SELF} container ls -a`
      : `There is no container. Create one: ${SELF} container create web nginx --port 8081:80`;
  const isShared = new Set(items.map(ownerOf)).size > 1;
  const columns = isShared ? { ...COLUMNS, owner: ownerOf } : COLUMNS;
  printList(items, { json, columns, narrowing: NARROWING, empty });
}

/** Every page of them. */
export async function listContainers(containers: Client<typeof containerService>, all: boolean): Promise<Container[]> {
  const items: Container[] = [];
  for (let next: string | undefined; ;) {
    const page = await containers.call('container.list', { all, next });
    items.push(...page.items);
    if (page.next === undefined) return items;
    next = page.next;
  }
}

/** Says what a container is like after something was done with it. */
export function printReference(
  { id, name, state }: { id: string; name: string; state: string },
  json: boolean,
  outcome = state,
): void {
  if (json) printJson({ id, name, state });
  else print(`${name}  ${outcome}  ${id.slice(0, 12)}`);
}

const COLUMNS = {
  name: ({ name }: Container) => name,
  id: ({ id }: Container) => id.slice(0, 12),
  image: ({ image }: Container) => image,
  state: ({ state }: Container) => state,
  status: ({ status }: Container) => status,
  ports: ({ ports }: Container) => ports.map(formatPort).join(', '),
};

/** Nobody, of what was not made through this service. */
function ownerOf({ owner = '' }: Container): string {
  return owner;
}

/** A status tells the state in other words, and the ends of images are what differs. */
const NARROWING = {
  spare: ['id', 'state', 'image'],
  cut: { name: 'end', image: 'start', status: 'end', ports: 'end' },
} as const;

/** `8000->80`, `53/udp` */
export function formatPort({ container, host, protocol }: Container['ports'][number]): string {
  const inside = protocol === 'tcp' ? `${container}` : `${container}/${protocol}`;
  return host === undefined ? inside : `${host}->${inside}`;
}
