import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { openRawSocket, type RawSocket } from '../src/raw-socket.ts';
import { startRig } from '../src/rig.ts';
import { waitFor } from '../src/wait.ts';
import { createWorkshop } from './workshop.ts';

const start = (limits: Parameters<typeof startRig>[1] = {}) => startRig(createWorkshop(), limits);

function ask(raw: RawSocket, id: number | string, method: string, params: object = {}, more: object = {}): void {
  raw.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params, ...more })}\n`);
}

describe('a session', () => {
  it('answers each request under its id, the quick ones first', async () => {
    await using rig = await start();
    using raw = await openRawSocket(rig.running);
    ask(raw, 'slow', 'work.wait', { ms: 100 });
    ask(raw, 'quick', 'work.echo', { text: 'x' });
    expect(await raw.next()).toMatchObject({ id: 'quick', result: { text: 'x' } });
    expect(await raw.next()).toMatchObject({ id: 'slow' });
  });

  it('hands the body of a request to its handler', async () => {
    await using rig = await start();
    expect(await rig.client.call('work.echo', { text: 'x' }, { body: Buffer.alloc(1_000_000) })).toEqual({
      text: 'x',
      bodyBytes: 1_000_000,
    });
  });

  it('refuses an id that is in use, and leaves the first request alone', async () => {
    await using rig = await start();
    using raw = await openRawSocket(rig.running);
    ask(raw, 1, 'work.wait', { ms: 100 });
    ask(raw, 1, 'work.echo', { text: 'x' });
    expect(await raw.next()).toMatchObject({ id: 1, error: { data: { type: 'duplicate_id' } } });
    expect(await raw.next()).toMatchObject({ id: 1, result: { stopped: false } });
    ask(raw, 1, 'work.echo', { text: 'again' });
    expect(await raw.next()).toMatchObject({ id: 1, result: { text: 'again' } });
  });

  it('keeps to its number of unanswered requests', async () => {
    await using rig = await start({ inFlight: 2 });
    using raw = await openRawSocket(rig.running);
    for (const id of [1, 2, 3]) ask(raw, id, 'work.wait', { ms: 100 });
    expect(await raw.next()).toMatchObject({
      id: 3,
      error: { data: { type: 'limit', limit: 'inFlight', max: 2, retry: 'safe' } },
    });
    expect(await raw.next()).toMatchObject({ id: 1 });
  });

  it('ends a request that is cancelled, and keeps its place until the work has stopped', async () => {
    await using rig = await start({ inFlight: 1 });
    using raw = await openRawSocket(rig.running);
    ask(raw, 1, 'work.wait', { ms: 10_000 });
    raw.write('{"jsonrpc":"2.0","method":"rpc.cancel","params":{"id":1}}\n');
    expect(await raw.next()).toMatchObject({ id: 1, error: { code: -32800, data: { type: 'cancelled' } } });
    ask(raw, 2, 'work.wait', { ms: 200, deaf: true });
    raw.write('{"jsonrpc":"2.0","method":"rpc.cancel","params":{"id":2}}\n');
    ask(raw, 3, 'work.echo', { text: 'x' });
    expect(await raw.next()).toMatchObject({ id: 3, error: { data: { type: 'limit' } } });
    expect(await raw.next()).toMatchObject({ id: 2, result: { stopped: true } });
  });

  it('ends a request whose time is over, at once', async () => {
    await using rig = await start({ inFlight: 1, timeoutMs: 50 });
    using raw = await openRawSocket(rig.running);
    ask(raw, 1, 'work.wait', { ms: 300, deaf: true });
    expect(await raw.next()).toMatchObject({ id: 1, error: { data: { type: 'deadline_exceeded', retry: 'unknown' } } });
    ask(raw, 2, 'work.echo', { text: 'x' });
    expect(await raw.next()).toMatchObject({ id: 2, error: { data: { type: 'limit' } } });
    await sleep(350);
    ask(raw, 3, 'work.wait', { ms: 100 }, { timeout: 5000 });
    expect(await raw.next()).toMatchObject({ id: 3, result: {} });
  });

  it('tells nothing of an unexpected failure but where to look', async () => {
    await using rig = await start();
    const error = await rig.client.call('work.fail', {}).catch((failure: unknown) => failure);
    expect(error).toMatchObject({ type: 'internal', data: { ref: expect.stringMatching(/^[0-9a-f-]{36}$/) } });
    expect(JSON.stringify(error)).not.toContain('secret');
    expect(await rig.client.call('work.echo', { text: 'alive' })).toMatchObject({ text: 'alive' });
  });

  it('ignores notifications and parts that are for nobody', async () => {
    await using rig = await start();
    using raw = await openRawSocket(rig.running);
    raw.write('{"jsonrpc":"2.0","method":"who.knows","params":{}}\n');
    raw.write('{"jsonrpc":"2.0","method":"rpc.data","params":{"id":9},"body":2}\nab\n');
    raw.write('{"jsonrpc":"2.0","method":"rpc.cancel","params":{"id":9}}\n');
    ask(raw, 1, 'rpc.ping');
    expect(await raw.next()).toMatchObject({ id: 1, result: {} });
  });

  it('begins nothing after it said goodbye', async () => {
    await using rig = await start({ malformed: 2 });
    using raw = await openRawSocket(rig.running);
    ask(raw, 1, 'work.wait', { ms: 100, deaf: true });
    raw.write(' x\n x\n x\n');
    ask(raw, 2, 'work.echo', { text: 'late' });
    const answers = [await raw.next(), await raw.next(), await raw.next(), await raw.next(), await raw.next()];
    expect(answers).toMatchObject([
      { id: null },
      { id: null },
      { method: 'rpc.goaway' },
      { id: 2, error: { data: { type: 'unavailable' } } },
      { id: 1, result: { stopped: true } },
    ]);
    expect(await raw.next()).toBeUndefined();
  });

  it('sends nothing of a stream after its response', async () => {
    await using rig = await start();
    using raw = await openRawSocket(rig.running);
    ask(raw, 1, 'work.count', { to: 10_000_000 }, { timeout: 100 });
    let line = await raw.next();
    while (line?.['method'] === 'rpc.data') line = await raw.next();
    expect(line).toMatchObject({ id: 1, error: { data: { type: 'deadline_exceeded' } } });
    ask(raw, 2, 'rpc.ping');
    expect(await raw.next()).toMatchObject({ id: 2 });
  });

  it('closes though somebody has connected and says nothing', async () => {
    const rig = await start();
    using raw = await openRawSocket(rig.running);
    const started = performance.now();
    await rig[Symbol.asyncDispose]();
    expect(performance.now() - started).toBeLessThan(1500);
    expect(await raw.next()).toBeUndefined();
  });

  it('closes after too many malformed lines', async () => {
    await using rig = await start({ malformed: 3 });
    using raw = await openRawSocket(rig.running);
    raw.write(' x\n x\n x\n');
    for (let line = 0; line < 3; line += 1) expect(await raw.next()).toMatchObject({ id: null });
    expect(await raw.next()).toMatchObject({ method: 'rpc.goaway' });
    expect(await raw.next()).toBeUndefined();
  });

  it('closes a connection that says nothing, or never ends its first line', async () => {
    await using rig = await start({ firstLineMs: 100 });
    using silent = await openRawSocket(rig.running);
    using endless = await openRawSocket(rig.running);
    endless.write('{"jsonrpc"');
    expect(await silent.next()).toBeUndefined();
    expect(await endless.next()).toMatchObject({ method: 'rpc.goaway', params: { reason: 'idle' } });
  });

  it('answers what is unanswered when the client has ended its side', async () => {
    await using rig = await start();
    using raw = await openRawSocket(rig.running);
    ask(raw, 1, 'work.wait', { ms: 1500 });
    raw.socket.end();
    expect(await raw.next()).toMatchObject({ id: 1, result: { stopped: false } });
    expect(await raw.next()).toBeUndefined();
  });

  it('learns within two seconds that a client which ended its side is gone', async () => {
    const app = createWorkshop();
    await using rig = await startRig(app);
    const raw = await openRawSocket(rig.running);
    ask(raw, 1, 'work.hold');
    await waitFor('the connection', () => rig.running.connections === 2);
    raw.socket.end();
    await sleep(20);
    raw.socket.destroy();
    const started = performance.now();
    await waitFor('the connection to be given up', () => rig.running.connections === 1, 3000);
    expect(performance.now() - started).toBeLessThan(2500);
  });

  it('pauses a source whose reader does not read, and loses nothing', async () => {
    const app = createWorkshop();
    await using rig = await startRig(app);
    using raw = await openRawSocket(rig.running);
    raw.socket.pause();
    ask(raw, 1, 'work.count', { to: 100_000 });
    await waitFor('the source to pause', async () => {
      const before = app.counted;
      await sleep(100);
      return before > 0 && app.counted === before;
    });
    expect(app.counted).toBeLessThan(100_000);
    raw.socket.resume();
    for (let number = 1; number <= 100_000; number += 1) {
      const line = (await raw.next()) as { params: { item: { number: number } } };
      if (line.params.item.number !== number) throw new Error(`${line.params.item.number} came instead of ${number}`);
    }
    expect(await raw.next()).toMatchObject({ id: 1, result: { sent: 100_000 } });
  });

  it('hears a cancel, however fast it streams', async () => {
    await using rig = await start();
    const socket = connect(rig.running.port, '127.0.0.1');
    socket.write('{"jsonrpc":"2.0","id":1,"method":"work.count","params":{"to":1000000000}}\n');
    let received = 0;
    socket.on('data', (chunk: Buffer) => (received += chunk.length));
    await waitFor('a stream', () => received > 1_000_000, 20_000);
    const over = once(socket, 'close');
    socket.end('{"jsonrpc":"2.0","method":"rpc.cancel","params":{"id":1}}\n');
    await over;
  });

  it('resets a reader that stands still for too long', async () => {
    const app = createWorkshop();
    await using rig = await startRig(app, { stalledWriteMs: 300 });
    using raw = await openRawSocket(rig.running);
    raw.socket.pause();
    ask(raw, 1, 'work.count', { to: 1_000_000 });
    await waitFor('the connection', () => rig.running.connections === 2);
    await waitFor('the connection to be given up', () => rig.running.connections === 1, 3000);
  });

  it('refuses input beyond its window', async () => {
    await using rig = await start({ window: 1000 });
    using raw = await openRawSocket(rig.running);
    ask(raw, 1, 'work.hold');
    for (let part = 0; part < 3; part += 1) {
      raw.write('{"jsonrpc":"2.0","method":"rpc.data","params":{"id":1,"channel":"in"},"body":400}\n');
      raw.write(Buffer.alloc(400));
      raw.write('\n');
    }
    expect(await raw.next()).toMatchObject({ id: 1, error: { data: { type: 'limit', limit: 'window', max: 1000 } } });
  });
});

it('serves 2,000 clients at once', async () => {
  await using rig = await start();
  const sockets = await Promise.all(Array.from({ length: 2000 }, () => openRawSocket(rig.running)));
  for (const [id, raw] of sockets.entries()) ask(raw, id, 'work.wait', { ms: 200 });
  const answers = await Promise.all(sockets.map((raw) => raw.next()));
  expect(answers.every((answer, id) => answer?.['id'] === id && answer['result'])).toBe(true);
  for (const raw of sockets) raw.socket.destroy();
  await waitFor('the connections to be gone', () => rig.running.connections === 1);
});
