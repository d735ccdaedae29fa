import type { Contender } from '../area.ts';
import type { Link } from '../load/link.ts';
import { startScript } from '../programs/program.ts';
import { BLOCK, makeData, type Sized } from './data.ts';
import { MEASURES, measureTransfers, measureTree, pump } from './load.ts';

/** Files of the tree that are asked for at a time. */
const IN_FLIGHT = 64;

/** What is said before a file is taken. */
const GO_BYTES = 'go\n'.length;

/** Nothing but Node, with buffers of a size; hashing where it is told to. */
export function bare(name: string, bufferBytes: number, ...mode: string[]): Contender {
  return {
    name,
    role: 'limit',
    async run(pace) {
      await using data = await makeData(pace);
      const script = new URL('servers/bare.ts', import.meta.url);
      await using server = await startScript(script, data.served, String(bufferBytes), ...mode);
      const [down, downShared] = await measureTransfers(server, data, get);
      const [up, upShared] = await measureTransfers(server, data, put);
      const tree = await measureTree(server, data, { inFlight: IN_FLIGHT, ask: (path) => `small ${path}\n` });
      return {
        [MEASURES.down]: down,
        [MEASURES.downShared]: downShared,
        [MEASURES.up]: up,
        [MEASURES.upShared]: upShared,
        [MEASURES.tree]: tree,
      };
    },
  };
}

async function get(link: Link, { name, bytes }: Sized): Promise<void> {
  link.send(`get ${name}\n`);
  await link.until(link.received + bytes);
}

async function put(link: Link, { bytes }: Sized, target: string): Promise<void> {
  const before = link.received;
  link.send(`put ${target} ${bytes}\n`);
  await link.until(before + GO_BYTES);
  await pump(link, repeated(bytes));
  await link.until(before + GO_BYTES + 1);
}

/** The block, as often as it takes. */
export function* repeated(bytes: number): Generator<Buffer> {
  for (let at = 0; at < bytes; at += BLOCK.length) yield BLOCK;
}
