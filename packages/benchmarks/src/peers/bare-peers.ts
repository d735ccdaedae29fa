import { startScript, type Program } from '../programs/program.ts';
import { askLine } from './ask-line.ts';
import type { Met, Peers } from './mesh.ts';

/** Starts bare peers, all at once. */
export async function startBarePeers(registryPort: number, count: number): Promise<Peers> {
  const script = new URL('servers/bare.ts', import.meta.url);
  const all = await Promise.all(
    Array.from({ length: count }, (_, at) => startScript(script, String(registryPort), `peer-${at}`)),
  );
  return {
    pids: all.map(({ pid }) => pid),
    met: () => Promise.all(all.map(ask)),
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((peer) => peer[Symbol.asyncDispose]()));
    },
  };
}

async function ask({ port }: Program): Promise<Met> {
  const { met, lastMetAt } = JSON.parse(await askLine(port, '')) as { met: number; lastMetAt: number };
  return { count: met, lastAt: lastMetAt };
}
