import { connect, type Socket } from 'node:net';
import { it } from '@jest/globals';
import type { Client } from '@sextant/client/client';
import { pause } from '@sextant/client/pause';
import { containerService } from '@sextant/protocol/container';
import { waitFor } from '@sextant/testing/wait';
import { rigAt, type Containers } from '../app.ts';
import { describeWithEngine, ENGINE, engineRig, IMAGE } from '../real-engine.ts';
import { serveSocket, socketPath } from '../socket.ts';

const TIMEOUT_MS = 400;
/** Until a method has given up, clearing up after itself too. */
const OVER_MS = TIMEOUT_MS + 1000;
type Method = keyof Containers['methods'];

/** Params with which each method reaches the engine, and asks it as often as it ever does. */
const PARAMS: Record<Method, (target: string) => object> = {
  'container.create': (target) => ({ image: IMAGE, name: `${target}-made`, pull: 'never' }),
  'container.list': () => ({}),
  'container.inspect': (target) => ({ target }),
  'container.start': (target) => ({ target }),
  'container.stop': (target) => ({ target, timeoutMs: 0 }),
  'container.restart': (target) => ({ target, timeoutMs: 0 }),
  'container.pause': (target) => ({ target }),
  'container.unpause': (target) => ({ target }),
  'container.rename': (target) => ({ target, name: `${target}-renamed` }),
  'container.wait': (target) => ({ target }),
  'container.remove': (target) => ({ target, force: true }),
  'container.update': (target) => ({ target, env: { A: '1' } }),
  'container.stats': (target) => ({ target }),
  'image.list': () => ({}),
  'image.pull': () => ({ image: '127.0.0.1:1/sextant/nothing' }),
  'image.remove': () => ({ target: '0'.repeat(64) }),
  'container.exec': (target) => ({ target, command: ['sleep', '1000'] }),
  'container.attach': (target) => ({ target }),
  'container.events': () => ({}),
  'container.logs': (target) => ({ target, follow: true }),
  'engine.info': () => ({}),
};

/** What becomes of a question. */
type Hang = (socket: Socket, question: Buffer) => void;

const silent: Hang = () => {};
const headersOnly: Hang = (socket) => socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
const HALF = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{"Id":"';
const half: Hang = (socket) => socket.write(HALF);
const cut: Hang = (socket) => socket.end(HALF);
const late: Hang = (socket, question) => void setTimeout(() => ask(socket, question), 2 * TIMEOUT_MS);

describeWithEngine('an engine of which', () => {
  it.each([
    [1, 'is not answered', silent],
    [2, 'is not answered', silent],
    [0, 'gets headers only', headersOnly],
    [1, 'gets half a body', half],
    [1, 'gets half a body and is cut', cut],
    [0, 'is answered too late', late],
  ] as const)(
    'question %i %s: every method ends in time, and lets go of it',
    async (from, _what, hang) => {
      await using own = await engineRig();
      const names = Object.keys(containerService.methods) as Method[];
      await Promise.all(names.map((name) => check(name, from, hang, own.name(), own.client)));
    },
    60_000,
  );
});

async function check(method: Method, from: number, hang: Hang, target: string, own: Client<Containers>): Promise<void> {
  const needsContainer = JSON.stringify(PARAMS[method]('x')).includes('"target":"x"');
  if (needsContainer) await own.call('container.create', { image: IMAGE, name: target });
  await using at = await socketPath();
  await using proxy = await hangingEngine(at, hang);
  await using rig = await rigAt(at.url, { engineTimeoutMs: TIMEOUT_MS, pullStallMs: TIMEOUT_MS });
  await waitFor('it answers', () => rig.client.call('engine.info', {}).then(Boolean, () => undefined));
  proxy.hangFrom(from);
  const stream = rig.client.open(method, PARAMS[method](target));
  let isLost = false;
  const read = (async () => {
    for await (const { item } of stream) if (item && 'state' in item && item.state === 'lost') isLost = true;
  })();
  const result = stream.result.then(
    () => 'done',
    ({ type }: { type: string }) => type,
  );
  // It may never ask so much.
  await Promise.race([result, proxy.hung, pause(3 * TIMEOUT_MS)]);
  if (proxy.hangs()) {
    const began = performance.now();
    const what = await waitFor(
      `${method} ends`,
      async () => (isLost ? 'lost' : Promise.race([result, pause(20)])),
      OVER_MS + 2000,
    );
    const tookMs = performance.now() - began;
    if (tookMs > OVER_MS) throw new Error(`${method} took ${tookMs} ms`);
    // Where the last question is a look at what is done already, there may be no failure.
    if (!['dependency_down', 'lost', 'done'].includes(what as string)) throw new Error(`${method}: ${String(what)}`);
  }
  proxy.hangFrom(Infinity);
  stream.cancel();
  await read.catch(() => {});
  // Many ask at once here, so it may take longer than it may.
  await waitFor(`${method}: the next works`, () => rig.client.call('engine.info', {}).then(Boolean, () => undefined));
  await waitFor(`${method} lets go`, () => proxy.hanging().every((socket) => socket.readableEnded || socket.destroyed));
}

/** The real engine, of which questions hang from some number on. */
async function hangingEngine(at: { path: string }, hang: Hang) {
  let left = Infinity;
  let hung = Promise.withResolvers<void>();
  const hanging: Socket[] = [];
  const server = await serveSocket(at, (socket) => {
    socket.on('data', (chunk: Buffer) => {
      if (/^(GET|POST|DELETE) \S+ HTTP\/1.1\r\n/.test(chunk.toString('latin1', 0, 2000)) && (left -= 1) < 0) {
        hanging.push(socket);
        hung.resolve();
        socket.removeAllListeners('data').resume();
        hang(socket, chunk);
      } else ask(socket, chunk);
    });
    socket.on('end', () => socket.end());
  });
  return {
    hangFrom(questions: number) {
      left = questions;
      hung = Promise.withResolvers();
    },
    get hung() {
      return hung.promise;
    },
    hangs: () => hanging.length > 0,
    hanging: () => hanging,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const engines = new WeakMap<Socket, Socket>();

/** Passes a question on to the real engine, and its answer back. */
function ask(socket: Socket, question: Buffer): void {
  // Nobody waits for the answer any more.
  if (socket.destroyed) return;
  let engine = engines.get(socket);
  if (!engine) {
    const { protocol, pathname, hostname, port } = new URL(ENGINE);
    engine = protocol === 'unix:' ? connect(pathname) : connect(Number(port), hostname);
    engines.set(socket, engine);
    engine.on('data', (answer) => void (socket.writable && socket.write(answer)));
    engine.on('close', () => socket.destroy()).on('error', () => {});
    socket.on('close', () => engines.get(socket)?.destroy());
  }
  engine.write(question);
}
