/** How this program is called from where it lies: in a checkout it is on nobody's path, but npx finds it. */
export const SELF = isCheckout() ? 'npx sextant' : 'sextant';

/** True where the sources run as they are, false where they were bundled to be shipped. */
export function isCheckout(): boolean {
  return import.meta.filename.endsWith('.ts');
}
