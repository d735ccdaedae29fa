import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { engineAddress } from '../../src/engine/address.ts';
import { creation } from '../../src/container/creation.ts';
import { Engine } from '../../src/engine/engine.ts';
import { serveSocket, socketPath, type TestSocket } from '../socket.ts';

const ID = 'a'.repeat(64);
const CREATION = creation(
  { image: 'x', tty: false, stdin: false, start: false, pull: 'never', processes: 1, freePort: '' },
  'x:latest',
  '127.0.0.1',
  'ann',
);
const LASTING = new AbortController().signal;

/** Everything that changes a container. */
const CHANGES: [string, (engine: Engine) => Promise<unknown>][] = [
  ['a creation', (engine) => engine.create(CREATION, 'web')],
  ['a start', (engine) => engine.start(ID)],
  ['a stop', (engine) => engine.stop(ID, 0, LASTING)],
  ['a removal', (engine) => engine.remove(ID, false)],
];

describe('connections to an engine on a Unix socket', () => {
  it('are kept for what comes next, changes too', async () => {
    await using at = await socketPath();
    await using fake = await fakeEngine(at);
    const engine = engineAt(at.url);
    for (let asked = 0; asked < 3; asked += 1) {
      await engine.create(CREATION, 'web');
      await engine.start(ID);
      await engine.stop(ID, 0, LASTING);
      await engine.remove(ID, false);
      await engine.listAll();
    }
    expect(fake.accepted()).toBe(1);
  });

  it.each(CHANGES)('%s is asked once more, if it went into a closed one of several', async (_what, change) => {
    await using at = await socketPath();
    await using fake = await fakeEngine(at);
    const engine = engineAt(at.url);
    await Promise.all([engine.listAll(), engine.listAll()]);
    const before = fake.asked.length;
    // In one turn of the loop: the end of the connection cannot have been seen.
    for (const connection of fake.connections) connection.destroy();
    await change(engine);
    expect(fake.asked).toHaveLength(before + 1);
    expect(fake.accepted()).toBe(3);
  });

  it.each(CHANGES)('%s is not asked twice, if the engine has heard it', async (_what, change) => {
    await using at = await socketPath();
    await using fake = await fakeEngine(at, (connection) => connection.destroy());
    await expect(change(engineAt(at.url))).rejects.toMatchObject({
      type: 'dependency_down',
      message: expect.stringContaining('broke (ECONNRESET)'),
      data: { retry: 'unknown' },
    });
    expect(fake.asked).toHaveLength(1);
  });
});

describe('connections to an engine over TCP', () => {
  it('are kept for looks, and new for each change', async () => {
    await using fake = await fakeEngine({ port: 0, host: '127.0.0.1' });
    const engine = engineAt(`tcp://127.0.0.1:${fake.port}`);
    await engine.listAll();
    await engine.listAll();
    expect(fake.accepted()).toBe(1);
    for (const [, change] of CHANGES) await change(engine);
    expect(fake.accepted()).toBe(1 + CHANGES.length);
  });
});

function engineAt(url: string): Engine {
  return new Engine(engineAddress(url, {}), { engineTimeoutMs: 5000, pullStallMs: 5000 });
}

/** Answers whatever is asked of it, or does this instead when it has heard all of it. */
async function fakeEngine(
  at: { path: string } | { port: number; host: string },
  instead?: (connection: Socket) => void,
): Promise<TestSocket & { readonly asked: string[]; accepted(): number }> {
  const asked: string[] = [];
  let accepted = 0;
  const server = createServer((request, answer) => {
    asked.push(`${request.method} ${request.url}`);
    request.resume().on('end', () => {
      if (instead) instead(request.socket);
      else answer.end(request.method === 'GET' ? '[]' : JSON.stringify({ Id: ID }));
    });
  });
  const socket = await serveSocket(at, (connection) => {
    accepted += 1;
    server.emit('connection', connection);
  });
  return { ...socket, asked, accepted: () => accepted };
}
