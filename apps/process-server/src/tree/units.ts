import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';

/** What the system counts in. */
export interface Units {
  readonly pageBytes: number;
  readonly ticksPerSecond: number;
}

/** The keys under which it tells them to each process. */
const PAGE_BYTES = 6n;
const TICKS = 17n;

let units: Units | undefined;

export function systemUnits(): Units {
  units ??= readUnits();
  return units;
}

/** Pairs of a key and a value, each as wide as a pointer. */
function readUnits(): Units {
  const vector = readFileSync('/proc/self/auxv');
  const isLittle = endianness() === 'LE';
  const at = (place: number): bigint => (isLittle ? vector.readBigUInt64LE(place) : vector.readBigUInt64BE(place));
  const found = new Map<bigint, number>();
  for (let place = 0; place + 16 <= vector.length; place += 16) found.set(at(place), Number(at(place + 8)));
  return { pageBytes: found.get(PAGE_BYTES) ?? 4096, ticksPerSecond: found.get(TICKS) ?? 100 };
}
