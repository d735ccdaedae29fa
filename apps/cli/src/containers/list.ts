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
  const hint = all
    ? `There is no container. Create one: ${SELF} container create IMAGE --name NAME`
    : `No container runs. All, the stopped ones too: ${SELF} container ls -a`;
  const isShared = new Set(items.map(ownerOf)).size > 1;
  printList(items, { json, columns: isShared ? { ...COLUMNS, owner: ownerOf } : COLUMNS, empty: hint });
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

/** `8000->80`, `53/udp` */
export function formatPort({ container, host, protocol }: Container['ports'][number]): string {
  const inside = protocol === 'tcp' ? `${container}` : `${container}/${protocol}`;
  return host === undefined ? inside : `${host}->${inside}`;
}
