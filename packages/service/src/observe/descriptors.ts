import { readdir, readFile } from 'node:fs/promises';

/** File descriptors that this process has open. */
export async function openFds(): Promise<number> {
  // One of them is the folder that is read.
  return (await readdir('/proc/self/fd')).length - 1;
}

/** File descriptors that this process may have open. */
export async function maxFds(): Promise<number> {
  const limits = await readFile('/proc/self/limits', 'utf8');
  const soft = /^Max open files +(\S+)/m.exec(limits)?.[1];
  return soft === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(soft);
}
