import type { Output } from './output.ts';

const LF = 10;

/**
 * The place from which on there are so many lines before another place, of both channels in the order in which they came; of
 * all that is kept, if there are fewer. A last line counts without its end, too.
 * @throws the reason, once `signal` aborts.
 */
export async function placeOfLines(
  output: Output,
  lines: number,
  { to = output.to, signal }: { to?: number; signal?: AbortSignal } = {},
): Promise<number> {
  if (lines === 0 || to === output.from) return to;
  // The end of the last line ends no line before it.
  let wanted = lines + 1 - ((await endsLine(output, to)) ? 0 : 1);
  let end = to;
  for (const start of output.starts.toSorted((a, b) => b - a)) {
    if (start >= end) continue;
    const { ends, first } = await countEnds(output, start, end, signal);
    // What is before was cut.
    if (first > start) return ends < wanted ? first : await placeOfEnd(output, first, end, ends - wanted);
    if (ends >= wanted) return await placeOfEnd(output, start, end, ends - wanted);
    wanted -= ends;
    end = start;
  }
  return output.from;
}

async function endsLine(output: Output, to: number): Promise<boolean> {
  for await (const { bytes } of piecesOf(output, to - 1, to)) return bytes[0] === LF;
  return false;
}

/** How many lines end between two places, and the first of these from which on all is kept. */
async function countEnds(
  output: Output,
  from: number,
  to: number,
  signal?: AbortSignal,
): Promise<{ ends: number; first: number }> {
  let [ends, first, next] = [0, from, from];
  for await (const { at, bytes } of piecesOf(output, from, to)) {
    signal?.throwIfAborted();
    if (at > next) [ends, first] = [0, at];
    next = at + bytes.length;
    for (let found = bytes.indexOf(LF); found !== -1; found = bytes.indexOf(LF, found + 1)) ends += 1;
  }
  return { ends, first };
}

/** The place after the end of a line between two places, which is counted from the first of them on. */
async function placeOfEnd(output: Output, from: number, to: number, number: number): Promise<number> {
  let left = number;
  for await (const { at, bytes } of piecesOf(output, from, to)) {
    for (let found = bytes.indexOf(LF); found !== -1; found = bytes.indexOf(LF, found + 1)) {
      if (left === 0) return at + found + 1;
      left -= 1;
    }
  }
  return output.from;
}

async function* piecesOf(
  output: Output,
  from: number,
  to: number,
): AsyncGenerator<{ at: number; bytes: Uint8Array }, void, undefined> {
  using reader = output.read(from);
  for (let part = await reader.next(to); part; part = await reader.next(to)) {
    if (!('bytes' in part)) continue;
    yield { at: reader.place, bytes: part.bytes };
    reader.passed(part.bytes.length);
  }
}
