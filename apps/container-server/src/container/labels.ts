/** What our own labels begin with. */
const PREFIX = 'sextant.';

/** Marks the containers made here: no others are listed or touched. */
export const MANAGED = { name: 'sextant.managed', value: 'true' } as const;

/** Says whose a container is. */
export const OWNER = 'sextant.owner';

/** What an update notes on the container that it makes. */
export const UPDATE = 'sextant.update';

/** What a new container is marked with. Until callers are told apart, all are the one user of this machine. */
export const LABELS = { [MANAGED.name]: MANAGED.value, [OWNER]: 'local' };

export function isOurs(labels: Readonly<Record<string, string>>): boolean {
  return labels[MANAGED.name] === MANAGED.value;
}

export function ownerOf(labels: Readonly<Record<string, string>>): string | undefined {
  return labels[OWNER];
}

/** Without our own. */
export function labelsOfOthers(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !isOwnLabel(name)));
}

/** Only this service gives these. */
export function isOwnLabel(name: string): boolean {
  return name.startsWith(PREFIX);
}
