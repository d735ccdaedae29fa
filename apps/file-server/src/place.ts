/** Descriptors have a name below this folder on Linux, so a path can begin at one. */
const DESCRIPTORS = process.platform === 'linux' ? '/proc/self/fd' : undefined;

/** Where what an open descriptor of a folder has can be found: by the descriptor, or by its path where there is no such way. */
export function placeOf(fd: number, path: string): string {
  return DESCRIPTORS ? `${DESCRIPTORS}/${fd}` : path;
}
