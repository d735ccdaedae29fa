import { closeSync, readdirSync, readFileSync } from 'node:fs';

/** The bit of a descriptor that programs do not inherit. */
const CLOSED_ON_EXEC = 0o2000000;

/** Closes what whoever started the service left open, unless it is one of the standard three: it is not for programs. */
export function closeStrays(): void {
  if (process.platform !== 'linux') return;
  for (const descriptor of readdirSync('/proc/self/fd').map(Number)) if (isStray(descriptor)) closeSync(descriptor);
}

function isStray(descriptor: number): boolean {
  if (descriptor <= 2) return false;
  try {
    const flags = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1'))?.[1] ?? '';
    return (Number.parseInt(flags, 8) & CLOSED_ON_EXEC) === 0;
  } catch {
    // The one that the list itself was read with.
    return false;
  }
}
