import type { Area, Contender } from '../area.ts';
import { makeFolder, MEMORY } from '../programs/folder.ts';
import { freePort } from '../programs/free-port.ts';
import { startProgram, startScript } from '../programs/program.ts';
import { REDIS, startRedis } from '../programs/redis.ts';
import { mainOf, startService } from '../programs/service.ts';
import { etcdCalls, LEASES } from './etcd.ts';
import { jsonLines } from './json-lines.ts';
import { measureRegistry } from './load.ts';
import { redisWords } from './redis.ts';

const ours: Contender = {
  name: 'contact-registry',
  role: 'ours',
  async run(pace) {
    await using service = await startService(mainOf('contact-registry'));
    return await measureRegistry(service, jsonLines, pace);
  },
};

const bare: Contender = {
  name: 'bare Node Map',
  role: 'limit',
  async run(pace) {
    await using program = await startScript(new URL('servers/bare.ts', import.meta.url));
    return await measureRegistry(program, jsonLines, pace);
  },
};

const redis: Contender = {
  name: 'redis',
  role: 'peer',
  needs: REDIS,
  async run(pace) {
    await using server = await startRedis();
    return await measureRegistry(server, redisWords, pace);
  },
};

const etcd: Contender = {
  name: 'etcd',
  role: 'peer',
  needs: 'etcd',
  async run(pace) {
    const [port, peerPort] = [await freePort(), await freePort()];
    await using folder = await makeFolder(MEMORY);
    await using server = await startProgram('etcd', etcdArguments(folder.path, port, peerPort), { port });
    for (let lease = 1; lease <= LEASES; lease += 1) await grant(port, lease);
    return await measureRegistry(server, etcdCalls, pace);
  },
};

/** Who is alive, with 10,000 registered already. */
export const registry: Area = {
  name: 'registry',
  title: 'Registry of 10,000 entries',
  measures: [
    { name: 'register, one at a time', unit: 'us p50', better: 'less' },
    { name: '64 clients', unit: '/s', better: 'more' },
    { name: '1 client, 64 in flight', unit: '/s', better: 'more' },
    { name: 'list of 10,000', unit: 'ms', better: 'less' },
    { name: 'a change to 1,000 watchers', unit: 'ms p99', better: 'less' },
    { name: 'memory', unit: 'MB', better: 'less' },
  ],
  reference: 'bare Node Map',
  contenders: [ours, bare, redis, etcd],
  goals: [
    { measure: 'register, one at a time', of: 'bare Node Map', atMost: 2.5 },
    { measure: '64 clients', of: 'bare Node Map', atLeast: 0.4 },
    { measure: '1 client, 64 in flight', of: 'bare Node Map', atLeast: 0.4 },
    { measure: '64 clients', of: 'etcd', atLeast: 5 },
    { measure: '1 client, 64 in flight', of: 'etcd', atLeast: 5 },
    { measure: 'list of 10,000', atMost: 10 },
    { measure: 'a change to 1,000 watchers', atMost: 20 },
  ],
};

function etcdArguments(folder: string, port: number, peerPort: number): string[] {
  const [client, peer] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`];
  const flags = {
    'data-dir': folder,
    'listen-client-urls': client,
    'advertise-client-urls': client,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': `default=${peer}`,
    'log-level': 'fatal',
  };
  return Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]);
}

async function grant(port: number, lease: number): Promise<void> {
  const body = JSON.stringify({ ID: lease, TTL: 3600 });
  const answer = await fetch(`http://127.0.0.1:${port}/v3/lease/grant`, { method: 'POST', body });
  if (!answer.ok) throw new Error(`etcd grants no lease: ${await answer.text()}`);
}
