import { mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Bytes above which a log is set aside at the next start, in place of the one set aside before. */
const FULL_BYTES = 8 * 1024 * 1024;

/** Where a service's stderr goes. */
export function logOf({ home, service }: { home: string; service: string }): string {
  return join(home, service, 'log');
}

/** Opens a service's log for appending; the caller closes it. */
export function openLog(of: { home: string; service: string }): number {
  const file = logOf(of);
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > FULL_BYTES) renameSync(file, `${file}.old`);
    return openSync(file, 'a', 0o600);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'it failed';
    throw new Error(`${dirname(file)} cannot be written (${code}); choose another folder with --home`, { cause });
  }
}
