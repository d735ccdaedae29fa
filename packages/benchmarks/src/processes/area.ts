import { fileURLToPath } from 'node:url';
import type { Area, Contender, Pace, Readings } from '../area.ts';
import { paced } from '../area.ts';
import { startScript } from '../programs/program.ts';
import { mainOf, startService } from '../programs/service.ts';
import { bareLines, sextantLines } from './lines.ts';
import { HEAP_MB, measureLarge, measureLines, measureRunner } from './load.ts';
import { startSsh } from './ssh.ts';

const bareServer = new URL('servers/bare.ts', import.meta.url);

const ours: Contender = {
  name: 'sextant',
  role: 'ours',
  async run(pace) {
    return { ...(await usual(pace)), ...(await large(pace)) };
  },
};

async function usual(pace: Pace): Promise<Readings> {
  await using service = await startService(mainOf('process-server'));
  return await measureLines(service, sextantLines(service.token), pace);
}

async function large(pace: Pace): Promise<Readings> {
  const heap = fileURLToPath(new URL('servers/heap.ts', import.meta.url));
  await using service = await startService(mainOf('process-server'), [], {
    nodeFlags: ['--max-semi-space-size=8', '--import', heap],
    env: heapOf(pace),
  });
  return await measureLarge(service, sextantLines(service.token), pace);
}

/** How much memory a large server holds, as heap.ts is told. */
function heapOf(pace: Pace): Record<string, string> {
  return { BENCH_HEAP_MB: String(paced(HEAP_MB, pace)) };
}

function bare(name: string, mode: string): Contender {
  return {
    name,
    role: 'limit',
    async run(pace) {
      return { ...(await bareUsual(mode, pace)), ...(await bareLarge(mode, pace)) };
    },
  };
}

async function bareUsual(mode: string, pace: Pace): Promise<Readings> {
  await using server = await startScript(bareServer, mode);
  return await measureLines(server, bareLines, pace);
}

async function bareLarge(mode: string, pace: Pace): Promise<Readings> {
  await using server = await startScript(bareServer, mode, heapOf(pace)['BENCH_HEAP_MB'] ?? '');
  return await measureLarge(server, bareLines, pace);
}

function ssh(name: string, shared: boolean): Contender {
  return {
    name,
    role: 'peer',
    needs: 'sshd',
    async run(pace) {
      await using server = await startSsh({ shared });
      return await measureRunner(server, async (work) => ({ value: await work() }), pace, SLOW_SEQUENTIAL);
    },
  };
}

/** Of a peer that takes a tenth of a second for each. */
const SLOW_SEQUENTIAL = 20;

/** Programs that are started for a client, and what they print. */
export const processes: Area = {
  name: 'processes',
  title: `Programs: true, 1 GiB of output, and the same of a server that holds ${HEAP_MB} MB of memory ("large")`,
  measures: [
    { name: 'start to exit', unit: 'ms p50', better: 'less' },
    { name: '8 at once', unit: '/s', better: 'more' },
    { name: 'first byte', unit: 'ms p50', better: 'less' },
    { name: 'output', unit: 'MB/s', better: 'more' },
    { name: 'start to exit, large', unit: 'ms p50', better: 'less' },
    { name: 'longest stall, large', unit: 'ms', better: 'less' },
  ],
  reference: 'bare Node, spawn',
  contenders: [
    ours,
    bare('bare Node, spawn', 'spawn'),
    bare('bare Node, execa', 'execa'),
    ssh('ssh', false),
    ssh('ssh, one connection', true),
  ],
  goals: [
    { measure: 'start to exit', of: 'bare Node, spawn', atMost: 1.43 },
    { measure: '8 at once', of: 'bare Node, spawn', atLeast: 0.57 },
    { measure: 'output', of: 'bare Node, spawn', atLeast: 0.85 },
    { measure: 'first byte', of: 'ssh', atMost: 0.05 },
    { measure: 'longest stall, large', of: 'bare Node, spawn', atMost: 0.5 },
    { measure: 'start to exit', atMost: 2 },
    { measure: '8 at once', atLeast: 500 },
  ],
};
