import { readdir, readFile } from 'node:fs/promises';
import { waitFor } from './wait.ts';

/** What a process holds of the system. */
export interface Footprint {
  readonly fds: number;
  readonly rssMiB: number;
  /** How many children it has. */
  readonly children: number;
}

/** Reads it from /proc. */
export async function footprint(pid: number): Promise<Footprint> {
  const [fds, status, children] = await Promise.all([
    readdir(`/proc/${pid}/fd`),
    readFile(`/proc/${pid}/status`, 'utf8'),
    childrenOf(pid),
  ]);
  const rssKiB = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN);
  return { fds: fds.length, rssMiB: rssKiB / 1024, children: children.length };
}

/** The children of a process, by pid. */
export async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}

/** Seconds of a processor that a process has used so far. */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name in brackets may hold blanks: fields are counted after it. utime and stime are in hundredths of a second.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Waits until a process holds no more descriptors and children than before; fails with what is left. */
export async function backAtBase(pid: number, base: Footprint, withinMs = 5000): Promise<void> {
  let now = base;
  try {
    await waitFor(
      'back at base',
      async () => {
        now = await footprint(pid);
        return now.fds <= base.fds && now.children <= base.children;
      },
      withinMs,
    );
  } catch (cause) {
    const left = `${now.fds - base.fds} descriptors and ${now.children - base.children} children`;
    throw new Error(`left after ${withinMs} ms: ${left}`, { cause });
  }
}
