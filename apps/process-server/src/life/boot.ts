import { readFileSync } from 'node:fs';

/** What tells this start of the machine from others, after which nothing runs that ran before; empty where it is not told. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return '';
  }
}
