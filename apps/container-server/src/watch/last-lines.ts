import { NEVER } from '../engine/deadline.ts';
import type { Engine } from '../engine/engine.ts';
import { FramedEntries, RawEntries } from '../log/entry.ts';

/** Lines of a log that are told of a container that died, and characters of them. */
const LINES = 20;
const MAX_LENGTH = 6000;

/** The last that a container printed, to either channel. */
export async function lastLines(engine: Engine, id: string, hasTerminal: boolean): Promise<string[]> {
  const reader = hasTerminal ? new RawEntries() : new FramedEntries();
  const parts: Uint8Array[] = [];
  for await (const piece of engine.logs(id, { follow: false, tail: LINES }, NEVER)) {
    parts.push(...reader.push(piece).map(({ bytes }) => bytes));
  }
  parts.push(...reader.end().map(({ bytes }) => bytes));
  const text = Buffer.concat(parts)
    .toString()
    .slice(-MAX_LENGTH)
    .replace(/\r?\n$/, '');
  return text === '' ? [] : text.split(/\r?\n/).slice(-LINES);
}
