/** What our own labels begin with. */
const PREFIX = 'sextant.';

/** Marks the containers made here. */
export const MANAGED = { name: 'sextant.managed', value: 'true' } as const;

/** Says whose a container is. */
export const OWNER = 'sextant.owner';

/** What a new container of this owner is marked with. */
export function labelsFor(owner: string): Record<string, string> {
  return { [MANAGED.name]: MANAGED.value, [OWNER]: owner };
}

export function isOurs(labels: Readonly<Record<string, string>>): boolean {
  return labels[MANAGED.name] === MANAGED.value;
}

export function ownerOf(labels: Readonly<Record<string, string>>): string | undefined {
  return labels[OWNER];
}

/** Without our own. */
export function labelsOfOthers(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !name.startsWith(PREFIX)));
}
