import type { Output } from './output.ts';

/** Lines that are told of a program that died, and bytes of them. */
const LINES = 20;
const BYTES = 4096;

/** The last lines of an output, of both channels in the order in which they came, from a place on. */
export async function lastLines(output: Output, from: number): Promise<string[]> {
  const { to } = output;
  // Whoever it waits for has not read it: that nobody else does is for it to see.
  if (output.waits) return [];
  using reader = output.read(Math.max(from, output.from, to - BYTES));
  const parts: Buffer[] = [];
  for (let part = await reader.next(to); part; part = await reader.next(to)) {
    if (!('bytes' in part)) continue;
    // A copy: its memory may be given back.
    parts.push(Buffer.from(part.bytes));
    reader.passed(part.bytes.length);
  }
  const text = Buffer.concat(parts)
    .toString()
    .slice(-BYTES)
    .replace(/\r?\n$/, '');
  return text === '' ? [] : text.split(/\r?\n/).slice(-LINES);
}
