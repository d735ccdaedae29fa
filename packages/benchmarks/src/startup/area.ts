import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Area, Contender } from '../area.ts';
import { freePort } from '../programs/free-port.ts';
import { measureAnswer, measureStart } from './load.ts';

const run = promisify(execFile);

const SERVICES = [
  'chat-relay',
  'contact-registry',
  'container-server',
  'file-server',
  'peer-node',
  'process-server',
] as const;

/** How soon something listens, and what it holds when nothing is asked of it. */
export const startup: Area = {
  name: 'startup',
  title: 'Start, and memory when idle; our own bundled, as in their images',
  measures: [
    { name: 'listening', unit: 'ms', better: 'less' },
    { name: 'resident', unit: 'MB', better: 'less' },
    { name: '--version', unit: 'ms', better: 'less' },
  ],
  reference: 'bare Node, net',
  prepare: async () => {
    const root = fileURLToPath(new URL('../../../..', import.meta.url));
    await run('npx', ['turbo', 'run', 'build'], { cwd: root, env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' } });
  },
  contenders: [
    ...SERVICES.map(service),
    cli(),
    scripted('bare Node, net', 'limit', 'net'),
    scripted('bare Node, net and zod', 'limit', 'net-zod'),
    scripted('socket.io', 'peer', 'socket-io'),
    scripted('fastify', 'peer', 'fastify'),
    scripted('grpc-js', 'peer', 'grpc'),
    program('nats-server', 'nats-server', (port) => ['-a', '127.0.0.1', '-p', String(port)]),
    program('redis', 'redis-server', (port) => ['--port', String(port), '--bind', '127.0.0.1', '--save', '']),
  ],
  goals: [
    { measure: 'listening', atMost: 150 },
    { measure: 'resident', atMost: 75 },
    { measure: '--version', atMost: 80 },
  ],
};

function service(name: (typeof SERVICES)[number]): Contender {
  return {
    name,
    role: 'ours',
    run: (pace) =>
      measureStart(pace, async (port, home) => ({
        command: process.execPath,
        args: [
          '--max-semi-space-size=8',
          bundleOf(name),
          '--port',
          String(port),
          '--home',
          home,
          '--log-level',
          'fatal',
          // Nobody is there: it goes on to try, and listens all the same.
          ...(name === 'peer-node' ? ['--registry', `127.0.0.1:${await freePort()}`] : []),
        ],
      })),
  };
}

function cli(): Contender {
  return {
    name: 'sextant',
    role: 'ours',
    run: async (pace) => ({ '--version': await measureAnswer(pace, process.execPath, [bundleOf('cli'), '--version']) }),
  };
}

function scripted(name: string, role: Contender['role'], server: string): Contender {
  const script = fileURLToPath(new URL(`servers/${server}.mjs`, import.meta.url));
  return {
    name,
    role,
    run: (pace) => measureStart(pace, async (port) => ({ command: process.execPath, args: [script, String(port)] })),
  };
}

function program(name: string, needs: string, argsFor: (port: number) => string[]): Contender {
  return {
    name,
    role: 'peer',
    needs,
    run: (pace) => measureStart(pace, async (port) => ({ command: needs, args: argsFor(port) })),
  };
}

function bundleOf(app: string): string {
  return fileURLToPath(new URL(`../../../../apps/${app}/dist/main.mjs`, import.meta.url));
}
