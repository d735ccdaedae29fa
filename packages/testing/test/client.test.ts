import { createServer } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { connect } from '@sextant/client/connect';
import { reconnecting } from '@sextant/client/reconnect';
import { startRig } from '../src/rig.ts';
import { waitFor } from '../src/wait.ts';
import { createWorkshop, workshop } from './workshop.ts';

const rig = () => startRig(createWorkshop());

describe('connect', () => {
  it('says what was tried when nothing answers', async () => {
    await expect(connect(workshop, { host: '127.0.0.1', port: 1 }, { client: 'test/1' })).rejects.toMatchObject({
      type: 'unavailable',
      message: 'Cannot connect to 127.0.0.1:1: nothing listens there.',
    });
  });

  it('says so when another service answers', async () => {
    await using one = await rig();
    const other = { ...workshop, name: 'kitchen' };
    await expect(connect(other, one.running, { client: 'test/1' })).rejects.toMatchObject({
      type: 'unsupported',
      message: `127.0.0.1:${one.running.port} is workshop, not kitchen.`,
    });
  });
});

describe('Client', () => {
  it('fails what is unanswered when the connection is lost, and what is asked later', async () => {
    await using one = await rig();
    const waiting = one.client.call('work.hold', {});
    const failure = expect(waiting).rejects.toMatchObject({ type: 'unavailable', retry: 'unknown' });
    // By then it has begun.
    await one.client.ping();
    await one.running.close();
    await failure;
    await one.client.closed;
    expect(one.client.lost).toBe(true);
    await expect(one.client.call('work.echo', { text: 'x' })).rejects.toMatchObject({ type: 'unavailable' });
  });

  it('refuses a request that is longer than a line, and stays', async () => {
    await using one = await rig();
    await expect(one.client.call('work.echo', { text: 'x'.repeat(70_000) })).rejects.toMatchObject({
      type: 'line_too_long',
    });
    expect(await one.client.call('work.echo', { text: 'x' })).toMatchObject({ text: 'x' });
  });

  it('refuses a text that UTF-8 cannot carry, and stays', async () => {
    await using one = await rig();
    await expect(one.client.call('work.echo', { text: 'half \ud83d' })).rejects.toMatchObject({ type: 'bad_utf8' });
    expect(await one.client.call('work.echo', { text: '\ud83d\ude00\u0001' })).toMatchObject({ text: '😀\u0001' });
  });

  it('sends many large bodies at once', async () => {
    await using one = await rig();
    const body = Buffer.alloc(1024 * 1024);
    const answers = await Promise.all(
      Array.from({ length: 32 }, () => one.client.call('work.echo', { text: '' }, { body })),
    );
    expect(answers.every(({ bodyBytes }) => bodyBytes === body.length)).toBe(true);
  });

  it('cancels by signal, one that was aborted before too', async () => {
    await using one = await rig();
    await expect(
      one.client.call('work.wait', { ms: 10_000 }, { signal: AbortSignal.timeout(50) }),
    ).rejects.toMatchObject({ type: 'cancelled' });
    await expect(one.client.call('work.wait', { ms: 10_000 }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      type: 'cancelled',
    });
  });

  it('is not brought down by a service that talks nonsense', async () => {
    const server = createServer((socket) => socket.resume().write('{"jsonrpc":"2.0","method":1}\n')).listen(
      0,
      '127.0.0.1',
    );
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await expect(connect(workshop, { host: '127.0.0.1', port }, { client: 'test/1' })).rejects.toMatchObject({
      type: 'unavailable',
    });
    server.close();
  });
});

describe('Stream', () => {
  it('gives every item in order, however slowly it is read', async () => {
    await using one = await rig();
    const stream = one.client.open('work.count', { to: 20_000 });
    let last = 0;
    for await (const { item } of stream) {
      if (item?.number !== last + 1) throw new Error(`${item?.number} after ${last}`);
      last = item.number;
      if (last % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect([last, await stream.result]).toEqual([20_000, { sent: 20_000 }]);
  });

  it('carries bytes both ways beyond every window, exactly', async () => {
    await using one = await rig();
    const sent = Buffer.from(Array.from({ length: 5_000_000 }, (_, at) => (at * 7) % 251));
    const stream = one.client.open('work.cat', {});
    const parts: Uint8Array[] = [];
    const reading = (async () => {
      for await (const { body } of stream) if (body) parts.push(body);
    })();
    expect(await stream.write('in', sent)).toBe(true);
    stream.end('in');
    await reading;
    expect(await stream.result).toEqual({ bytes: sent.length });
    expect(Buffer.concat(parts).equals(sent)).toBe(true);
  });

  it('ends at once on a client that has lost its connection', async () => {
    await using one = await rig();
    one.client.close();
    const stream = one.client.open('work.count', { to: 1 });
    for await (const _ of stream);
    await expect(stream.result).rejects.toMatchObject({ type: 'unavailable' });
  });

  it('that nobody reads on holds up nothing else', async () => {
    await using one = await rig();
    const left = one.client.open('work.count', { to: 50_000 });
    for await (const { item } of left) if (item) break;
    expect(await one.client.ping()).toBeGreaterThan(0);
    const cancelled = one.client.open('work.count', { to: 50_000 });
    cancelled.cancel();
    await expect(cancelled.result).rejects.toMatchObject({ type: 'cancelled' });
    expect(await left.result).toEqual({ sent: 50_000 });
  });

  it('that nobody reads holds up no other stream', async () => {
    const app = createWorkshop();
    await using one = await startRig(app);
    const unread = one.client.open('work.count', { to: 50_000 });
    await waitFor('the unread one to be held', () => app.counted >= 1023);
    const read = one.client.open('work.count', { to: 5000 });
    let items = 0;
    for await (const { item } of read) if (item) items += 1;
    expect(items).toBe(5000);
    expect(app.counted).toBeLessThan(1024 + 5000 + 100);
    let late = 0;
    for await (const { item } of unread) if (item) late += 1;
    expect(late).toBe(50_000);
  });

  it('takes writes side by side', async () => {
    await using one = await rig();
    const stream = one.client.open('work.cat', {});
    const reading = (async () => {
      for await (const _ of stream);
    })();
    const part = Buffer.alloc(2_000_000);
    expect(await Promise.all([stream.write('in', part), stream.write('in', part)])).toEqual([true, true]);
    stream.end('in');
    await reading;
    expect(await stream.result).toEqual({ bytes: 4_000_000 });
  });

  it('stops writing when the request is answered', async () => {
    await using one = await rig();
    const stream = one.client.open('work.hold', {});
    const writing = stream.write('in', Buffer.alloc(10_000_000));
    stream.cancel();
    expect(await writing).toBe(false);
    await expect(stream.result).rejects.toMatchObject({ type: 'cancelled' });
  });
});

describe('reconnecting', () => {
  it('says that the service is gone, and goes on when it is back', async () => {
    const first = await rig();
    const at = { host: first.running.host, port: first.running.port };
    const told: string[] = [];
    const connections: string[] = [];
    const outcome = reconnecting(
      () => connect(workshop, at, { client: 'test/1' }),
      async (client) => {
        connections.push(client.hello.instance);
        if (connections.length === 2) return client.call('work.echo', { text: 'back' });
        return client.call('work.hold', {}).then(() => ({ text: 'never' }));
      },
      { lost: (error) => told.push(String(error)) },
    );
    await waitFor('the first connection', () => connections.length === 1);
    await first[Symbol.asyncDispose]();
    await using second = await startRig(createWorkshop(), {}, at);
    expect(await outcome).toMatchObject({ text: 'back' });
    expect(told[0]).toContain('The service ends this connection.');
    expect(new Set(connections).size).toBe(2);
    expect(second.running.port).toBe(at.port);
  });

  it('ends with what its user throws while the connection stands, and when told to stop', async () => {
    await using one = await rig();
    const dial = () => connect(workshop, one.running, { client: 'test/1' });
    await expect(reconnecting(dial, (client) => client.call('work.fail', {}))).rejects.toMatchObject({
      type: 'internal',
    });
    const nowhere = () => connect(workshop, { host: '127.0.0.1', port: 1 }, { client: 'test/1' });
    await expect(reconnecting(nowhere, async () => 1, { signal: AbortSignal.timeout(100) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });
});
