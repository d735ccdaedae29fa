import type { Area, Contender } from '../area.ts';
import { NATS, startNats } from '../programs/nats.ts';
import { startScript } from '../programs/program.ts';
import { REDIS, startRedis } from '../programs/redis.ts';
import { startService } from '../programs/service.ts';
import { grpc } from './grpc-script.ts';
import { IN_FLIGHT, measureRequests, type Script } from './load.ts';
import { contentLength, http, jsonLines, nats, PARAMS, redisPing, webSocket } from './scripts.ts';

const ours: Contender = {
  name: 'sextant',
  role: 'ours',
  async run(pace) {
    const flags = ['--limits', `inFlight=${IN_FLIGHT}`];
    await using service = await startService(new URL('servers/sextant.ts', import.meta.url), flags);
    return await measureRequests(service, jsonLines, pace);
  },
};

const redis: Contender = {
  name: 'redis, PING',
  role: 'peer',
  needs: REDIS,
  async run(pace) {
    await using server = await startRedis();
    return await measureRequests(server, redisPing, pace);
  },
};

const natsResponder: Contender = {
  name: 'nats-server, Node responder',
  role: 'peer',
  needs: NATS,
  async run(pace) {
    await using server = await startNats();
    await using responder = await startScript(scriptOf('nats-responder'), String(server.port));
    return await measureRequests(responder, nats, pace);
  },
};

/** Requests of 30 bytes of JSON that are given back. */
export const requests: Area = {
  name: 'requests',
  title: 'Request and response: 30 bytes of JSON given back',
  measures: [
    { name: 'one at a time', unit: 'us p50', better: 'less' },
    { name: '256 in flight', unit: '/s', better: 'more' },
    { name: '64 x 16 in flight', unit: '/s', better: 'more' },
  ],
  reference: 'bare Node, coalesced, zod',
  contenders: [
    ours,
    scripted('bare Node, coalesced, zod', 'limit', 'bare', jsonLines, 'checked'),
    scripted('bare Node, coalesced', 'limit', 'bare', jsonLines, 'coalesced'),
    scripted('bare Node, a write each', 'limit', 'bare', jsonLines, 'single'),
    redis,
    natsResponder,
    scripted('ws', 'peer', 'ws', webSocket),
    scripted('vscode-jsonrpc', 'peer', 'vscode-jsonrpc', contentLength),
    scripted('fastify', 'peer', 'fastify', http),
    scripted('node:http', 'peer', 'node-http', http),
    scripted('grpc-js', 'peer', 'grpc', grpc('/echo.Echo/Say', PARAMS)),
  ],
  goals: [
    { measure: 'one at a time', of: 'bare Node, coalesced', atMost: 1.5 },
    { measure: '256 in flight', of: 'bare Node, coalesced, zod', atLeast: 0.6 },
    { measure: '256 in flight', of: 'nats-server, Node responder', atLeast: 2 },
    { measure: '256 in flight', of: 'grpc-js', atLeast: 8 },
    { measure: '256 in flight', of: 'vscode-jsonrpc', atLeast: 8 },
    { measure: '256 in flight', of: 'fastify', atLeast: 8 },
  ],
};

function scripted(name: string, role: Contender['role'], server: string, script: Script, ...args: string[]): Contender {
  return {
    name,
    role,
    async run(pace) {
      await using program = await startScript(scriptOf(server), ...args);
      return await measureRequests(program, script, pace);
    },
  };
}

function scriptOf(server: string): URL {
  return new URL(`servers/${server}.ts`, import.meta.url);
}
