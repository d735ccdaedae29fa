import { distance } from 'fastest-levenshtein';

/** The at most three names nearest to one that was not found, nearest first: few edits away, or beginning the same. */
export function closest(name: string, names: readonly string[]): string[] {
  const sought = name.slice(0, 64).toLowerCase();
  // Two letters swapped are two edits; in a name of one or two letters, two edits are another name.
  const allowed = Math.min(2, sought.length - 1);
  return names
    .slice(0, 1000)
    .map((candidate) => ({ candidate, edits: distance(sought, candidate.slice(0, 64).toLowerCase()) }))
    .filter(
      ({ candidate, edits }) =>
        edits <= Math.max(allowed, sought.length / 3) || candidate.toLowerCase().startsWith(sought),
    )
    .sort((a, b) => a.edits - b.edits)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}
