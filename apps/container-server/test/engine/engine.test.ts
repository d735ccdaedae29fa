import { execFile } from 'node:child_process';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Socket } from 'node:net';
import { createServer } from 'node:tls';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { Client } from '@sextant/client/client';
import { temporaryFolder } from '@sextant/testing/rig';
import { waitFor } from '@sextant/testing/wait';
import { engineAddress } from '../../src/engine/address.ts';
import { Engine } from '../../src/engine/engine.ts';
import { rigAt, type Containers } from '../app.ts';
import { describeWithEngine } from '../real-engine.ts';
import { serveSocket, socketPath, toEngine } from '../socket.ts';

/** Every method that asks the engine. */
const CALLS: [string, (client: Client<Containers>) => Promise<unknown>][] = [
  ['engine.info', (client) => client.call('engine.info', {})],
  ['container.list', (client) => client.call('container.list', {})],
  ['container.create', (client) => client.call('container.create', { image: 'x' })],
  ['container.create, pulling', (client) => client.call('container.create', { image: 'x', pull: 'always' })],
  ['container.inspect', (client) => client.call('container.inspect', { target: 'x' })],
  ['container.start', (client) => client.call('container.start', { target: 'x' })],
  ['container.stop', (client) => client.call('container.stop', { target: 'x' })],
  ['container.restart', (client) => client.call('container.restart', { target: 'x' })],
  ['container.pause', (client) => client.call('container.pause', { target: 'x' })],
  ['container.unpause', (client) => client.call('container.unpause', { target: 'x' })],
  ['container.rename', (client) => client.call('container.rename', { target: 'x', name: 'y' })],
  ['container.wait', (client) => client.call('container.wait', { target: 'x' })],
  ['container.events', (client) => client.call('container.events', {})],
  ['container.logs', (client) => client.call('container.logs', { target: 'x' })],
  ['container.remove', (client) => client.call('container.remove', { target: 'x' })],
  ['container.stats', (client) => client.call('container.stats', { target: 'x' })],
  ['image.list', (client) => client.call('image.list', {})],
  ['image.pull', (client) => client.call('image.pull', { image: 'x' })],
  ['image.remove', (client) => client.call('image.remove', { target: 'x' })],
  ['container.exec', (client) => client.open('container.exec', { target: 'x', command: ['x'] }).result],
  ['container.attach', (client) => client.open('container.attach', { target: 'x' }).result],
];

describe('no engine', () => {
  it.each(CALLS)('%s says where it looked and what to do', async (_method, call) => {
    await using at = await socketPath();
    await using rig = await rigAt(at.url);
    await expect(call(rig.client)).rejects.toMatchObject({
      type: 'dependency_down',
      message: `No Docker engine answers at ${at.url}. Start one (sudo systemctl start docker, or dockerd &), or set DOCKER_HOST to where it is.`,
      data: { dependency: 'docker', retry: 'safe' },
    });
    expect(await rig.client.ping()).toBeGreaterThan(0);
  });

  it('is the same over TCP', async () => {
    const { port } = await closedPort();
    await using rig = await rigAt(`tcp://127.0.0.1:${port}`);
    await expect(rig.client.call('engine.info', {})).rejects.toMatchObject({
      type: 'dependency_down',
      message: expect.stringContaining(`No Docker engine answers at tcp://127.0.0.1:${port}.`),
    });
  });
});

describe('an engine that accepts and is silent', () => {
  it.each(CALLS)('%s gives up in time and lets go of it', async (_method, call) => {
    await using at = await socketPath();
    await using engine = await serveSocket(at, (socket) => socket.resume());
    await using rig = await rigAt(at.url, { engineTimeoutMs: 300, pullStallMs: 300 });
    const start = performance.now();
    await expect(call(rig.client)).rejects.toMatchObject({ type: 'dependency_down', data: { dependency: 'docker' } });
    expect(performance.now() - start).toBeLessThan(1300);
    await waitFor('the connection is closed', () => ended(engine.connections));
    expect(await rig.client.ping()).toBeGreaterThan(0);
  });

  it('is the same in the middle of an answer', async () => {
    await using at = await socketPath();
    await using engine = await serveSocket(at, (socket) => {
      socket.once('data', () =>
        socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n[{'),
      );
    });
    await using rig = await rigAt(at.url, { engineTimeoutMs: 300 });
    await expect(rig.client.call('container.list', {})).rejects.toMatchObject({
      type: 'dependency_down',
      data: { retry: 'unknown' },
    });
    await waitFor('the connection is closed', () => ended(engine.connections));
  });
});

describe('something else at its place', () => {
  it.each([
    ['closes', (socket: Socket) => socket.destroy(), /broke \((ECONNRESET|EPIPE)\)/],
    ['speaks another protocol', (socket: Socket) => socket.resume().end('SSH-2.0-OpenSSH_9\r\n'), /broke \(HPE_/],
  ])('%s: the connection broke', async (_what, accept, message) => {
    await using at = await socketPath();
    await using engine = await serveSocket(at, accept);
    await using rig = await rigAt(at.url);
    await expect(rig.client.call('container.list', {})).rejects.toMatchObject({
      type: 'dependency_down',
      message: expect.stringMatching(message),
      data: { retry: 'unknown' },
    });
    await waitFor('the connection is closed', () => ended(engine.connections));
  });
});

describeWithEngine('an engine that comes and goes', () => {
  it('is used as soon as it answers, and missed when it is gone', async () => {
    await using at = await socketPath();
    await using rig = await rigAt(at.url);
    for (let round = 0; round < 3; round += 1) {
      await expect(rig.client.call('engine.info', {})).rejects.toMatchObject({ type: 'dependency_down' });
      await using engine = await serveSocket(at, toEngine);
      expect((await rig.client.call('engine.info', {})).version).toMatch(/^\d+\./);
      await waitFor('no connection is kept', () => engine.connections.size === 0, 1000);
    }
  });

  it('is reached over TCP too', async () => {
    await using engine = await serveSocket({ port: 0, host: '127.0.0.1' }, toEngine);
    await using rig = await rigAt(`tcp://127.0.0.1:${engine.port}`);
    expect((await rig.client.call('engine.info', {})).version).toMatch(/^\d+\./);
  });
});

describeWithEngine('the engine that is set', () => {
  it('is the one that is used, whatever DOCKER_HOST says', async () => {
    await using at = await socketPath();
    await using engine = await serveSocket(at, toEngine);
    const before = process.env['DOCKER_HOST'];
    process.env['DOCKER_HOST'] = `tcp://127.0.0.1:${(await closedPort()).port}`;
    try {
      await using rig = await rigAt(at.url);
      expect((await rig.client.call('engine.info', {})).version).toMatch(/^\d+\./);
      await waitFor('no connection is kept', () => engine.connections.size === 0, 1000);
    } finally {
      if (before === undefined) delete process.env['DOCKER_HOST'];
      else process.env['DOCKER_HOST'] = before;
    }
  });

  it('may ask for TLS and a certificate of ours', async () => {
    await using folder = await temporaryFolder();
    const file = (name: string): string => join(folder.path, name);
    await promisify(execFile)('openssl', [
      ...CERTIFICATE.split(' '),
      '-keyout',
      file('key.pem'),
      '-out',
      file('cert.pem'),
    ]);
    await copyFile(file('cert.pem'), file('ca.pem'));
    const [key, cert] = await Promise.all([readFile(file('key.pem')), readFile(file('cert.pem'))]);
    const server = createServer({ key, cert, ca: cert, requestCert: true, rejectUnauthorized: true }, toEngine);
    await using engine = await serveSocket({ port: 0, host: '127.0.0.1' }, (socket) =>
      server.emit('connection', socket),
    );
    const url = `https://127.0.0.1:${engine.port}`;
    const times = { engineTimeoutMs: 5000, pullStallMs: 5000 };
    const allowed = new Engine(engineAddress(url, { DOCKER_CERT_PATH: folder.path }), times);
    expect((await allowed.info()).version.Version).toMatch(/^\d+\./);
    const unsafe = new Engine({ url, options: { host: '127.0.0.1', port: engine.port, protocol: 'https' } }, times);
    await expect(unsafe.info()).rejects.toMatchObject({
      type: 'dependency_down',
      message: expect.stringContaining('SELF_SIGNED_CERT'),
    });
  });
});

/** One certificate for all: of the server, of the client, and of who vouches for both. */
const CERTIFICATE =
  'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=sextant-test -addext subjectAltName=IP:127.0.0.1';

async function closedPort(): Promise<{ port: number }> {
  await using socket = await serveSocket({ port: 0, host: '127.0.0.1' }, () => {});
  return { port: socket.port };
}

/** The other side has gone; ours stays half open, since it never answers. */
function ended(connections: ReadonlySet<{ readableEnded: boolean; destroyed: boolean }>): boolean {
  return [...connections].every(({ readableEnded, destroyed }) => readableEnded || destroyed);
}
