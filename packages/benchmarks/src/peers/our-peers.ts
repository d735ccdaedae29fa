import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { leaveProcess } from '../programs/leftovers.ts';
import { mainOf, type MeasuredService } from '../programs/service.ts';
import { askLine } from './ask-line.ts';
import type { Met, Peers } from './mesh.ts';

/** What the command says of each peer once it listens. */
interface Started {
  readonly pid: number;
  readonly port: number;
}

/** Starts peers as people do: one command for all. */
export async function startPeers({ port, home }: MeasuredService, count: number): Promise<Peers> {
  const words = ['peer', 'start', '--count', String(count), '--registry', `127.0.0.1:${port}`, '--home', home];
  const child = spawn(process.execPath, [mainOf('cli').pathname, ...words, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'sextant-test-cache') },
  });
  leaveProcess(child);
  const all = await started(child, count);
  return {
    pids: new Set(all.map(({ pid }) => pid)),
    all: all.map((peer) => () => ask(peer)),
    async [Symbol.asyncDispose]() {
      const over = once(child, 'exit');
      child.kill('SIGTERM');
      await over;
    },
  };
}

async function started(child: ChildProcess, count: number): Promise<Started[]> {
  if (!child.stdout) throw new Error('a command without stdout');
  const all: Started[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    all.push(JSON.parse(line) as Started);
    if (all.length === count) return all;
  }
  throw new Error(`only ${all.length} of ${count} peers were started`);
}

const LIST = '{"jsonrpc":"2.0","id":1,"method":"peer.list","params":{}}';

/** All fit one page. One that the registry has not answered yet has met nobody. */
async function ask({ port }: Started): Promise<Met> {
  const { result } = JSON.parse(await askLine(port, LIST)) as { result?: { items: { greetedAt: string }[] } };
  const times = (result?.items ?? []).map(({ greetedAt }) => Date.parse(greetedAt));
  return { count: times.length, lastAt: Math.max(0, ...times) };
}
