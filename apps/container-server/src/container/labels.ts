/** What our own labels begin with. */
const PREFIX = 'sextant.';

/** Marks the containers made here. */
export const MANAGED = { name: 'sextant.managed', value: 'true' } as const;

/** Says whose a container is. */
export const OWNER = 'sextant.owner';

/** Names the request that a container was made for: whoever asks with the same key finds it. An update keeps it, and those below. */
export const KEY = 'sextant.key';

/** Stands for what was asked for, to know another request with the same key. */
export const REQUEST = 'sextant.request';

/** When it ends: an ISO time. */
export const EXPIRES = 'sextant.expires';

/** The server on which it ends with its caller's connection. */
export const LEASH = 'sextant.leash';

/** What an update notes on the container that it makes. */
export const UPDATE = 'sextant.update';

/** Said of every container, or it would have what an image brings that was made from another one. */
export const NO_MARKS: Record<string, string> = { [EXPIRES]: '', [LEASH]: '', [UPDATE]: '' };

/**
 * Labels of a container that is to have no other ones of ours: those that it lacks are said to be nothing, or they would come
 * from its image.
 */
export function withoutInherited(labels: Readonly<Record<string, string>>): Record<string, string> {
  return { [MANAGED.name]: '', [OWNER]: '', [KEY]: '', [REQUEST]: '', ...NO_MARKS, ...labels };
}

/** What a new container of this owner is marked with. */
export function labelsFor(owner: string): Record<string, string> {
  return { ...NO_MARKS, [MANAGED.name]: MANAGED.value, [OWNER]: owner };
}

export function isOurs(labels: Readonly<Record<string, string>>): boolean {
  return labels[MANAGED.name] === MANAGED.value;
}

export function ownerOf(labels: Readonly<Record<string, string>>): string | undefined {
  return labels[OWNER] || undefined;
}

/** Milliseconds since 1970; undefined where it does not end by itself. */
export function expiryOf(labels: Readonly<Record<string, string>>): number | undefined {
  const at = Date.parse(labels[EXPIRES] ?? '');
  return Number.isNaN(at) ? undefined : at;
}

/** Without our own. */
export function labelsOfOthers(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !isOwnLabel(name)));
}

/** Only this service gives these. */
export function isOwnLabel(name: string): boolean {
  return name.startsWith(PREFIX);
}
