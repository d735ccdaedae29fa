import { describe, it } from '@jest/globals';
import type { Missing } from './missing.ts';

/** Tests that need something: where it is missing they are skipped, loudly; with CI=true they fail. */
export function describeUnless(missing: Missing): (name: string, tests: () => void) => void {
  if (missing === undefined) return describe;
  if (process.env['CI'] === 'true')
    return (name) => describe(name, () => it(missing, () => Promise.reject(new Error(missing))));
  return (name, tests) => {
    process.stderr.write(`SKIPPED: ${name}: ${missing}\n`);
    describe.skip(name, tests);
  };
}
