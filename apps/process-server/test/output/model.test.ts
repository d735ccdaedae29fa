import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { seeded, type Random } from '@sextant/testing/random';
import { temporaryFolder } from '@sextant/testing/rig';
import { Output } from '../../src/output/output.ts';
import type { Channel } from '../../src/output/piece.ts';
import { Segments } from '../../src/output/segments.ts';

const CHANNELS: readonly Channel[] = ['stdout', 'stderr'];

/** What was printed so far: each byte, and its channel. */
class Model {
  readonly #bytes = Buffer.alloc(8 * 1024 * 1024);
  readonly #channels = Buffer.alloc(8 * 1024 * 1024);
  to = 0;

  add(random: Random, length: number): { channel: Channel; bytes: Buffer } {
    const channel = random.below(2);
    const bytes = Buffer.alloc(length, Buffer.from([random.below(256), random.below(256), this.to % 251]));
    bytes.copy(this.#bytes, this.to);
    this.#channels.fill(channel, this.to, this.to + length);
    this.to += length;
    return { channel: CHANNELS[channel] ?? 'stdout', bytes };
  }

  has(at: number, channel: Channel, bytes: Uint8Array): boolean {
    const to = at + bytes.length;
    const channels = this.#channels.subarray(at, to);
    return this.#bytes.subarray(at, to).equals(bytes) && !channels.includes(1 - CHANNELS.indexOf(channel));
  }
}

/** Follows an output to its end, closed and resumed now and then; what it comes to must be what the model has. */
async function follow(output: Output, model: Model, random: Random): Promise<{ bytes: number; missing: number }> {
  let [since, bytes, missing] = [random.below(output.to + 1), 0, 0];
  for (;;) {
    using reader = output.read(since, random.chance(0.1));
    for (;;) {
      if (random.chance(0.02)) break;
      const part = await reader.next();
      if (!part) {
        expect(since).toBe(model.to);
        return { bytes, missing };
      }
      if ('end' in part) continue;
      if ('gap' in part) {
        expect(part.gap.from).toBe(since);
        expect(part.gap.to).toBeLessThan(output.from);
        missing += part.gap.to + 1 - since;
        since = part.gap.to + 1;
        continue;
      }
      // It may be looked at only later.
      const { length } = part.bytes;
      if (random.chance(0.2)) await turn();
      if (length === 0 || part.bytes.length !== length) throw new Error(`bytes are gone at ${since}`);
      if (!model.has(since, part.channel, part.bytes)) throw new Error(`other bytes at ${since}`);
      const taken = random.chance(0.1) ? random.below(length) : length;
      since += taken;
      bytes += taken;
      reader.passed(taken);
      if (taken < length) break;
    }
  }
}

/** Most programs print a little, or much. */
function lengthOf(random: Random): number {
  return 1 + random.below(random.pick([1, 3, 100, 5000, 70_000, 200_000]));
}

async function play(random: Random, make: (random: Random) => Promise<Output>): Promise<number> {
  const [output, model] = [await make(random), new Model()];
  const readers: ReturnType<typeof follow>[] = [];
  const most = 1 + random.below(7_000_000);
  while (model.to < most) {
    if (readers.length < 5 && random.chance(0.05)) readers.push(follow(output, model, random));
    const { channel, bytes } = model.add(random, lengthOf(random));
    output.append(channel, bytes);
    if (output.isFull) await output.room();
    if (random.chance(0.3)) await turn();
  }
  const closed = output.close();
  readers.push(follow(output, model, random));
  const read = await Promise.all(readers);
  await closed;
  readers.push(follow(output, model, random));
  await readers.at(-1);
  await output.remove();
  return read.reduce((sum, { bytes }) => sum + bytes, 0);
}

describe('an output', () => {
  it('has what was printed for readers from anywhere, at any pace, cut and resumed', async () => {
    await using home = await temporaryFolder();
    let count = 0;
    const path = (): string => join(home.path, `out${count++}`);
    const ways: ((random: Random) => Promise<Output>)[] = [
      async () => new Output(),
      async () => new Output({ keeper: { spill: (start) => Segments.create(path(), 2 ** 30, start) } }),
      async () => new Output({ segments: await Segments.create(path(), 2 ** 30) }),
      async (random) => new Output({ segments: await Segments.create(path(), 65_536 + random.below(4_000_000)) }),
    ];
    await seeded(async (random) => {
      let bytes = 0;
      for (let round = 0; round < 60; round += 1) bytes += await play(random, random.pick(ways));
      expect(bytes).toBeGreaterThan(0);
    });
  });
});
