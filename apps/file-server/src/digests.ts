import type { BigIntStats } from 'node:fs';

/** Files whose digest is remembered; each takes some 300 bytes. */
const MAX_KNOWN = 10_000;

/**
 * Nanoseconds a file must have been left alone before its digest is remembered: within one tick of the file system's clock
 * it could change again and look the same.
 */
const SETTLED_NS = 2_000_000_000n;

/** Digests of files that were read before, known by what changes with their content. */
export class Digests {
  readonly #known = new Map<string, string>();

  of(stats: BigIntStats): string | undefined {
    return this.#known.get(keyOf(stats));
  }

  /** `stats`: from before it was hashed at `began`, by the clock in milliseconds. */
  keep(stats: BigIntStats, began: number, digest: string): void {
    const changed = stats.mtimeNs > stats.ctimeNs ? stats.mtimeNs : stats.ctimeNs;
    if (BigInt(began) * 1_000_000n - changed < SETTLED_NS) return;
    const [oldest] = this.#known.keys();
    if (oldest !== undefined && this.#known.size >= MAX_KNOWN) this.#known.delete(oldest);
    this.#known.set(keyOf(stats), digest);
  }
}

/** True if nothing says that a file has changed between two looks. */
export function isSame(one: BigIntStats, other: BigIntStats): boolean {
  return keyOf(one) === keyOf(other);
}

function keyOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}
