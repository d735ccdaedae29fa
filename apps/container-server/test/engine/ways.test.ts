import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, request, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { Client } from '@sextant/client/client';
import { temporaryFolder } from '@sextant/testing/rig';
import { waitFor } from '@sextant/testing/wait';
import { rigAt, type Containers } from '../app.ts';
import { Picture } from '../picture.ts';
import { describeWithPrivateEngine, PrivateEngine } from '../private-engine.ts';
import { describeWithEngine, docker, ENGINE, engineRig, IMAGE } from '../real-engine.ts';
import { pass, serveSocket, socketPath } from '../socket.ts';

const openssl = (...words: string[]): Promise<unknown> => promisify(execFile)('openssl', words);
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
const TLS_PORT = 2376;

describeWithPrivateEngine('an engine that asks for certificates', () => {
  it('is driven as Docker says, with DOCKER_HOST or with --engine; a wrong certificate is told', async () => {
    await using folder = await temporaryFolder();
    const [right, wrong] = [join(folder.path, 'right'), join(folder.path, 'wrong')];
    for (const path of [right, wrong]) await makeCertificates(path);
    const files = ['ca', 'cert', 'key'].map((name) => [
      `--tls${name === 'ca' ? 'cacert' : name}`,
      join(right, `${name}.pem`),
    ]);
    const at = ['--host', `tcp://127.0.0.1:${TLS_PORT}`, '--tlsverify'];
    await using engine = await PrivateEngine.start(...at, ...files.flat());
    await using relay = await engine.relay(TLS_PORT);
    await using port = await serveSocket({ port: 0, host: '127.0.0.1' }, (socket) => pass(socket, connect(relay.path)));
    const url = `tcp://127.0.0.1:${port.port}`;
    const told = { DOCKER_CERT_PATH: right, DOCKER_TLS_VERIFY: '1' };
    await withEnvironment({ ...told, DOCKER_HOST: url }, async () => {
      await using rig = await rigAt(undefined);
      await liveOnce(rig.client, 'one');
    });
    await withEnvironment(told, async () => {
      await using rig = await rigAt(url);
      await liveOnce(rig.client, 'two');
    });
    await withEnvironment({ ...told, DOCKER_CERT_PATH: wrong }, async () => {
      await using rig = await rigAt(url);
      await expect(rig.client.call('container.list', {})).rejects.toMatchObject({
        type: 'dependency_down',
        message: expect.stringMatching(/certificate/),
      });
    });
  }, 60_000);
});

/** Paths that a proxy must pass on, as the README lists them. */
const ALL = [
  /^GET \/(version|info|events)$/,
  /^GET \/containers\/(json|[\w.-]+\/(json|logs|stats))$/,
  /^POST \/containers\/(create|[\w.-]+\/(start|stop|restart|pause|unpause|rename|wait|attach|resize|exec))$/,
  /^DELETE \/containers\/[\w.-]+$/,
  /^POST \/exec\/\w+\/(start|resize)$/,
  /^GET \/exec\/\w+\/json$/,
  /^GET \/images\/(json|[^ ]+\/json)$/,
];

describeWithEngine('a proxy that passes on some questions only', () => {
  it('is enough with those that the README lists, for programs too', async () => {
    await using at = await socketPath();
    await using own = await engineRig();
    await using proxy = await proxyAt(at.path, (question) => ALL.some((allowed) => allowed.test(question)));
    await using rig = await rigAt(proxy.url);
    await liveOnce(rig.client, own.name());
    await rig.client.call('image.list', {});
    await rig.client.call('engine.info', {});
  });

  it.each([
    ['POST /containers/create', 'container.create', () => ({ image: IMAGE, pull: 'never' })],
    ['GET /containers/json', 'container.list', () => ({})],
    ['GET /events', 'container.events', () => ({})],
    ['GET /info', 'engine.info', () => ({})],
    ['/exec', 'container.exec', (target: string) => ({ target, command: ['true'] })],
    ['/attach', 'container.attach', (target: string) => ({ target })],
    ['/logs', 'container.logs', (target: string) => ({ target })],
    ['/stats', 'container.stats', (target: string) => ({ target })],
    ['/stop', 'container.stop', (target: string) => ({ target })],
    ['DELETE', 'container.remove', (target: string) => ({ target, force: true })],
    ['POST /images/create', 'image.pull', () => ({ image: 'sextant/nothing' })],
  ] as const)('that refuses %s makes %s forbidden, and is named', async (denied, method, params) => {
    await using at = await socketPath();
    await using own = await engineRig();
    const { name } = await own.client.call('container.create', { image: IMAGE, name: own.name() });
    await using proxy = await proxyAt(at.path, (question) => !question.includes(denied));
    await using rig = await rigAt(proxy.url);
    await expect(rig.client.open(method, params(name) as never).result).rejects.toMatchObject({
      type: 'forbidden',
      message: expect.stringMatching(new RegExp(`refused (GET|POST|DELETE) /.*\\(403\\): allow that there`)),
    });
    expect(await docker('inspect', '--format', '{{.State.Status}}', name)).toBe('running');
  });

  it('that does not upgrade connections runs no program, and says so', async () => {
    await using at = await socketPath();
    await using own = await engineRig();
    const { name } = await own.client.call('container.create', { image: IMAGE, name: own.name() });
    await using proxy = await proxyAt(at.path, () => true, false);
    await using rig = await rigAt(proxy.url);
    const exec = rig.client.open('container.exec', { target: name, command: ['true'] });
    await expect(exec.result).rejects.toMatchObject({
      type: 'dependency_down',
      message: expect.stringContaining('Upgrade: tcp'),
    });
    expect(await rig.client.ping()).toBeGreaterThan(0);
  });
});

describe('an engine that is too old', () => {
  it('is refused clearly', async () => {
    await using at = await socketPath();
    const server = createServer((_question, answer) =>
      answer.end(JSON.stringify({ Version: '19.03.15', ApiVersion: '1.40' })),
    );
    await once(server.listen(at.path), 'listening');
    try {
      await using rig = await rigAt(at.url);
      await expect(rig.client.call('engine.info', {})).rejects.toMatchObject({
        type: 'unsupported_version',
        message: 'The Docker engine speaks API 1.40; 1.41 (Docker 20.10) is the oldest that works here: update it.',
      });
    } finally {
      await server[Symbol.asyncDispose]();
    }
  });
});

/** Creates, lists, watches, runs a program, attaches, reads the log, removes. */
async function liveOnce(client: Client<Containers>, name: string): Promise<void> {
  const picture = Picture.of(client);
  const isOf = (other: string): boolean => other === name;
  const command = ['sh', '-c', 'echo hello; read word; exit 3'];
  await client.call('container.create', { image: IMAGE, name, command, stdin: true });
  expect((await client.call('container.list', { limit: 1000 })).items.map((item) => item.name)).toContain(name);
  await waitFor('it is seen', () => picture.text(isOf) === JSON.stringify({ [name]: 'running' }));
  const exec = client.open('container.exec', { target: name, command: ['sh', '-c', 'read word; echo $word'] });
  await exec.write('stdin', Buffer.from('word\n'));
  expect((await partsOf(exec)).toString()).toBe('word\n');
  expect(await exec.result).toEqual({ exitCode: 0 });
  const attach = client.open('container.attach', { target: name });
  await attach.write('stdin', Buffer.from('word\n'));
  await partsOf(attach);
  expect(await attach.result).toEqual({ exitCode: 3 });
  const logs = client.open('container.logs', { target: name });
  expect((await partsOf(logs)).toString()).toBe('hello\n');
  await client.call('container.remove', { target: name });
  await waitFor('its removal is seen', () => picture.text(isOf) === '{}');
  await picture.end();
}

async function partsOf(stream: AsyncIterable<{ body?: Uint8Array | undefined }>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const { body } of stream) if (body) parts.push(body);
  return Buffer.concat(parts);
}

/** A certificate authority, and one certificate for both sides, as Docker's own client names them. */
async function makeCertificates(path: string): Promise<void> {
  await mkdir(path);
  const at = (name: string): string => join(path, `${name}.pem`);
  const ca = ['-keyout', at('ca-key'), '-out', at('ca'), '-addext', 'keyUsage=keyCertSign'];
  await openssl('req', '-x509', ...KEY, '-days', '1', '-subj', `/CN=authority`, ...ca);
  const issuer = ['-CA', at('ca'), '-CAkey', at('ca-key')];
  const names = ['-addext', 'subjectAltName=IP:127.0.0.1', '-addext', 'extendedKeyUsage=serverAuth,clientAuth'];
  await openssl(
    'req',
    '-x509',
    ...KEY,
    '-days',
    '1',
    '-subj',
    '/CN=engine',
    ...issuer,
    ...names,
    '-keyout',
    at('key'),
    '-out',
    at('cert'),
  );
}

async function withEnvironment(more: Record<string, string>, act: () => Promise<void>): Promise<void> {
  const before = Object.keys(more).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, more);
  try {
    await act();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

/** As people put one in front of an engine: what is not allowed is 403, and a page says so. */
async function proxyAt(
  path: string,
  isAllowed: (question: string) => boolean,
  upgrades = true,
): Promise<AsyncDisposable & { url: string }> {
  const { protocol, pathname, hostname, port } = new URL(ENGINE);
  const to = protocol === 'unix:' ? { socketPath: pathname } : { hostname, port };
  const isDenied = ({ method, url = '' }: IncomingMessage): boolean => !isAllowed(`${method} ${url.split('?')[0]}`);
  const server = createServer((question, answer) => {
    if (isDenied(question)) {
      answer.writeHead(403, { 'content-type': 'text/html' }).end('<h1>403 Forbidden</h1>');
      return;
    }
    const { method, url: path } = question;
    const { upgrade, ...headers } = question.headers;
    const asked = request(
      { ...to, method, path, headers: upgrade ? { ...headers, connection: 'close' } : headers } as object,
      (said) => {
        answer.writeHead(said.statusCode ?? 502, said.headers);
        answer.flushHeaders();
        said.pipe(answer);
      },
    );
    asked.on('error', () => answer.destroy());
    answer.on('close', () => asked.destroy());
    question.pipe(asked);
  });
  if (upgrades) {
    server.on('upgrade', (question: IncomingMessage, socket: Socket, head: Buffer) => {
      if (isDenied(question)) {
        socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      const engine = protocol === 'unix:' ? connect(pathname) : connect(Number(port), hostname);
      const { rawHeaders, method, url } = question;
      const headers = rawHeaders.map((word, at) => (at % 2 ? `${word}\r\n` : `${word}: `)).join('');
      engine.write(`${method} ${url} HTTP/1.1\r\n${headers}\r\n`);
      engine.write(head);
      question.on('data', (body: Buffer) => engine.write(body));
      engine
        .on('error', () => {})
        .on('close', () => socket.destroy())
        .pipe(socket);
      socket
        .on('error', () => {})
        .on('close', () => engine.destroy())
        .pipe(engine);
    });
  }
  await once(server.listen(path), 'listening');
  return {
    url: `unix://${path}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await server[Symbol.asyncDispose]();
    },
  };
}
