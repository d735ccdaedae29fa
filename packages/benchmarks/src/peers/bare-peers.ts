import { availableParallelism } from 'node:os';
import { startScript } from '../programs/program.ts';
import { askLine } from './ask-line.ts';
import type { Met, Peers } from './mesh.ts';

/** Starts bare peers, all at once, in a process for each processor. */
export async function startBarePeers(registryPort: number, count: number): Promise<Peers> {
  const script = new URL('servers/bare.ts', import.meta.url);
  const processes = Math.min(count, Math.max(availableParallelism(), Math.ceil(count / MOST_TOGETHER)));
  await using stack = new AsyncDisposableStack();
  const starting = Array.from({ length: processes }, async (_, at) => {
    const peers = Math.floor((count + at) / processes);
    return { peers, program: stack.use(await startScript(script, String(registryPort), `peer-${at}`, String(peers))) };
  });
  await Promise.allSettled(starting);
  const all = await Promise.all(starting);
  const running = stack.move();
  return {
    pids: new Set(all.map(({ program }) => program.pid)),
    all: all.flatMap(({ peers, program: { port } }) => Array.from({ length: peers }, (_, at) => () => ask(port, at))),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** As many peers share a process of ours: each has a connection with every other, and descriptors are limited. */
const MOST_TOGETHER = 50;

/** One port answers for all peers of its process. */
async function ask(port: number, at: number): Promise<Met> {
  const { met, lastMetAt } = JSON.parse(await askLine(port, String(at))) as { met: number; lastMetAt: number };
  return { count: met, lastAt: lastMetAt };
}
