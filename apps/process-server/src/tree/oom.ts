import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Milliseconds for which a count that was read is taken for the present one: a burst of starts reads it once. */
const FRESH_MS = 250;

/** Counts what the system has killed for want of memory, as far as it tells. */
export class OomKills {
  readonly #files: readonly string[];
  #count: number | undefined;
  #readAt = -Infinity;

  /** @param files where that may be told; the first that does counts. */
  constructor(files: readonly string[] = filesOf(read('/proc/self/cgroup') ?? '')) {
    this.#files = files;
  }

  /** About now. */
  recent(): number | undefined {
    return performance.now() - this.#readAt < FRESH_MS ? this.#count : this.now();
  }

  now(): number | undefined {
    this.#readAt = performance.now();
    this.#count = undefined;
    for (const file of this.#files) this.#count ??= countIn(file);
    return this.#count;
  }
}

/** Of the own group, by what the system says of it, in version 2 or 1; else of the whole machine. */
export function filesOf(groups: string): string[] {
  const groupOf = (isIt: (controllers: string) => boolean): string | undefined =>
    groups
      .split('\n')
      .map((line) => line.split(':'))
      .find(([, controllers]) => controllers !== undefined && isIt(controllers))
      ?.slice(2)
      .join(':');
  const first = groupOf((controllers) => controllers.split(',').includes('memory'));
  const second = groupOf((controllers) => controllers === '');
  return [
    ...(first === undefined ? [] : [join('/sys/fs/cgroup/memory', first, 'memory.oom_control')]),
    ...(second === undefined ? [] : [join('/sys/fs/cgroup', second, 'memory.events')]),
    '/proc/vmstat',
  ];
}

function countIn(file: string): number | undefined {
  const count = /^oom_kill (\d+)$/m.exec(read(file) ?? '')?.[1];
  return count === undefined ? undefined : Number(count);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
}
