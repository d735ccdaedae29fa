/** Marks the containers made here: no others are listed or touched. */
export const MANAGED = { name: 'sextant.managed', value: 'true' } as const;

/** What a new container is marked with. Until callers are told apart, all are the one user of this machine. */
export const LABELS = { [MANAGED.name]: MANAGED.value, 'sextant.owner': 'local' };

export function isOurs(labels: Readonly<Record<string, string>>): boolean {
  return labels[MANAGED.name] === MANAGED.value;
}
