import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Area, Contender } from '../area.ts';
import { makeFolder } from '../programs/folder.ts';
import { freePort } from '../programs/free-port.ts';
import { NATS, startNats } from '../programs/nats.ts';
import { startProgram, startScript, type Program } from '../programs/program.ts';
import { REDIS, startRedis } from '../programs/redis.ts';
import { mainOf, startService } from '../programs/service.ts';
import {
  jsonLines,
  mqtt,
  nats,
  plainLines,
  redis,
  sextant,
  sextantApart,
  socketIo,
  webSocket,
  type Dialect,
} from './dialect.ts';
import { measureChat } from './load.ts';

/** What everybody sends is delivered to everybody. */
export const chat: Area = {
  name: 'chat',
  title: 'Chat fan-out: 10 members of a room send messages of 150 bytes to all',
  measures: [
    { name: '100 members', unit: 'deliveries/s', better: 'more' },
    { name: '1,000 members', unit: 'deliveries/s', better: 'more' },
    { name: 'p50 of 100', unit: 'ms', better: 'less' },
    { name: 'p99 of 100', unit: 'ms', better: 'less' },
    { name: 'p50 of 1,000', unit: 'ms', better: 'less' },
    { name: 'p99 of 1,000', unit: 'ms', better: 'less' },
  ],
  reference: 'bare Node, coalesced',
  contenders: [
    contender('sextant', 'ours', sextant, () => startService(mainOf('chat-relay'))),
    contender('sextant, an id each', 'ours', sextantApart, () => startService(mainOf('chat-relay'))),
    contender('bare Node, coalesced', 'limit', plainLines, () => script('bare', 'coalesced')),
    contender('bare Node, coalesced, zod', 'limit', jsonLines, () => script('bare', 'checked')),
    contender('bare Node, coalesced, our frames', 'limit', plainLines, () => script('bare', 'framed')),
    contender('bare Node, a write each', 'limit', plainLines, () => script('bare', 'single')),
    contender('redis pub/sub', 'peer', redis, startRedis, REDIS),
    contender('nats-server', 'peer', nats, startNats, NATS),
    contender('mosquitto', 'peer', mqtt, startMosquitto, 'mosquitto'),
    contender('aedes', 'peer', mqtt, () => script('aedes')),
    contender('socket.io', 'peer', socketIo, () => script('socket-io')),
    contender('ws', 'peer', webSocket, () => script('ws')),
  ],
  goals: ['100 members', '1,000 members']
    .flatMap((measure): Area['goals'] => [
      { measure, of: 'bare Node, coalesced', atLeast: 0.6 },
      { measure, of: 'redis pub/sub', atLeast: 1 },
      { measure, of: 'nats-server', atLeast: 3 },
      { measure, of: 'socket.io', atLeast: 40 },
    ])
    .concat(['p50 of 100', 'p50 of 1,000'].map((measure) => ({ measure, of: 'nats-server', atMost: 1 }))),
};

function contender(
  name: string,
  role: Contender['role'],
  dialect: Dialect,
  start: () => Promise<Program>,
  needs?: string,
): Contender {
  return { name, role, ...(needs && { needs }), run: (pace) => measureChat(start, dialect, pace) };
}

function script(server: string, ...args: string[]): Promise<Program> {
  return startScript(new URL(`servers/${server}.ts`, import.meta.url), ...args);
}

/** Told to throw nothing away. */
async function startMosquitto(): Promise<Program> {
  const port = await freePort();
  const folder = await makeFolder();
  const file = join(folder.path, 'mosquitto.conf');
  await writeFile(
    file,
    `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nset_tcp_nodelay true\nlog_type none\n`,
  );
  const program = await startProgram('mosquitto', ['-c', file], { port });
  return {
    ...program,
    [Symbol.asyncDispose]: async () => {
      await program[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
