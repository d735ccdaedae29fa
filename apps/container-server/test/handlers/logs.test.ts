import { expect, it } from '@jest/globals';
import type { Client } from '@sextant/client/client';
import type { ParamsInput } from '@sextant/protocol/method';
import { pause } from '@sextant/client/pause';
import { waitFor } from '@sextant/testing/wait';
import type { Containers } from '../app.ts';
import { rigAt } from '../app.ts';
import { describeWithEngine, docker, engineRig, IMAGE } from '../real-engine.ts';
import { serveSocket, socketPath, toEngine } from '../socket.ts';

type Params = ParamsInput<Containers['methods']['container.logs']>;

/** What came of a log, to its end or until `enough`. */
interface Log {
  stdout: string;
  stderr: string;
  /** Both, in the order they came. */
  all: string;
  /** Up to the last place that was told. */
  sure: string;
  since: string | undefined;
  gaps: { from: string; to: string }[];
}

async function read(
  client: Client<Containers>,
  params: Params,
  enough: (log: Log) => boolean = () => false,
): Promise<Log> {
  const log: Log = { stdout: '', stderr: '', all: '', sure: '', since: undefined, gaps: [] };
  const stream = client.open('container.logs', params);
  for await (const { item, channel, body } of stream) {
    if (body && (channel === 'stdout' || channel === 'stderr')) {
      const text = Buffer.from(body).toString('latin1');
      log[channel] += text;
      log.all += text;
    }
    if (!item) continue;
    if ('gap' in item) {
      log.gaps.push(item.gap);
      continue;
    }
    Object.assign(log, { since: item.since, sure: log.all });
    if (!enough(log)) continue;
    stream.cancel();
    await stream.result.catch(() => {});
    return log;
  }
  const { since } = await stream.result;
  expect(since).toBe(log.since ?? params.since);
  return log;
}

async function printer(rig: Awaited<ReturnType<typeof engineRig>>, script: string, isOver = true): Promise<string> {
  const command = ['sh', '-c', script];
  const { id, name } = await rig.client.call('container.create', { image: IMAGE, name: rig.name(), command });
  if (isOver) await docker('wait', id);
  return name;
}

describeWithEngine('container.logs', () => {
  it('tells both channels apart, as they were printed, and ends', async () => {
    await using rig = await engineRig();
    const target = await printer(rig, String.raw`echo a; sleep 0.1; echo b >&2; sleep 0.1; printf 'c\303\251\0d'`);
    const log = await read(rig.client, { target });
    expect(log).toMatchObject({ stdout: 'a\nc\xc3\xa9\0d', stderr: 'b\n', all: 'a\nb\nc\xc3\xa9\0d' });
    expect(log.since).toMatch(/^\d{4}-.*\.\d{9}Z\+1\/\d{4}-.*\.\d{9}Z\+1$/);
  });

  it('goes on where it was, from any place, with nothing twice and nothing missing', async () => {
    await using rig = await engineRig();
    const long = 'head -c 40000 /dev/zero | tr "\\0" x; echo';
    const target = await printer(
      rig,
      `for i in 1 2 3 4 5 6 7 8 9; do echo out $i; echo err $i >&2; ${long}; done; printf end`,
    );
    const whole = await read(rig.client, { target });
    expect(whole.stdout.length).toBe(9 * ('out 1\n'.length + 40_001) + 'end'.length);
    // The engine keeps one order of both.
    for (let so = { sure: '', since: undefined as string | undefined }; so.sure.length < whole.all.length;) {
      const from = so.sure.length;
      const next = await read(rig.client, { target, since: so.since }, () => true);
      so = { sure: so.sure + next.sure, since: next.since };
      expect(so.sure.length).toBeGreaterThan(from);
      expect(so.sure).toBe(whole.all.slice(0, so.sure.length));
    }
    expect(await read(rig.client, { target, since: whole.since })).toMatchObject({ all: '', since: undefined });
  });

  it('has only stdout of a container with a terminal, and goes on there too', async () => {
    await using rig = await engineRig();
    const name = rig.name();
    const script = 'echo a; echo b >&2; head -c 20000 /dev/zero | tr "\\0" x; echo; printf "# "';
    await docker('run', '-dt', '--name', name, '--label', 'sextant.managed=true', IMAGE, 'sh', '-c', script);
    await docker('wait', name);
    const once = `a\r\nb\r\n${'x'.repeat(20_000)}\r\n# `;
    const first = await read(rig.client, { target: name });
    expect(first).toMatchObject({ stdout: once, stderr: '' });
    expect(first.since).toMatch(/^[^/]+Z\+1$/);
    await docker('start', name);
    await docker('wait', name);
    expect((await read(rig.client, { target: name })).stdout).toBe(once + once);
    expect((await read(rig.client, { target: name, since: first.since })).stdout).toBe(once);
  });

  it('takes no time that a program prints for that of a line', async () => {
    await using rig = await engineRig();
    const name = rig.name();
    const script = 'echo "good until 2099-01-01T00:00:00.000000000Z or so"; sleep 1; echo two; sleep 1; echo three';
    await docker('run', '-dt', '--name', name, '--label', 'sextant.managed=true', IMAGE, 'sh', '-c', script);
    const follow = await read(rig.client, { target: name, follow: true }, ({ stdout }) => stdout.includes('two'));
    await docker('wait', name);
    const whole = 'good until 2099-01-01T00:00:00.000000000Z or so\r\ntwo\r\nthree\r\n';
    expect((await read(rig.client, { target: name })).stdout).toBe(whole);
    expect(follow.sure + (await read(rig.client, { target: name, since: follow.since })).stdout).toBe(whole);
  });

  it('says where the engine has thrown lines away since its place', async () => {
    await using rig = await engineRig();
    const name = rig.name();
    const limits = ['--label', 'sextant.managed=true', '--log-opt', 'max-size=20k', '--log-opt', 'max-file=2'];
    const script = 'echo first; sleep 1; i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo $i; done';
    await docker('run', '-d', '--name', name, ...limits, IMAGE, 'sh', '-c', script);
    const { since } = await read(rig.client, { target: name, follow: true }, ({ stdout }) => stdout === 'first\n');
    await docker('wait', name);
    const { stdout, gaps } = await read(rig.client, { target: name, since });
    expect(stdout).toMatch(/^(?!1\n)\d+\n[^]*\n3000\n$/);
    expect(gaps).toEqual([{ from: since?.split('+')[0], to: expect.stringMatching(/Z$/) }]);
    expect((await read(rig.client, { target: name, since: '2026-11-21T01:02:03.123+02:00' })).gaps).toEqual([]);
  });

  it('begins where it is told to', async () => {
    await using rig = await engineRig();
    const target = await printer(rig, 'echo a; sleep 1.2; echo b; echo c');
    const tail = await read(rig.client, { target, tail: 1 });
    expect(tail.stdout).toBe('c\n');
    expect((await read(rig.client, { target, tail: 1, since: tail.since })).all).toBe('');
    expect((await read(rig.client, { target, since: '1h' })).stdout).toBe('a\nb\nc\n');
    const at = new Date(Date.parse(tail.since?.slice(0, 23) ?? '') - 600).toISOString();
    expect((await read(rig.client, { target, since: at })).stdout).toBe('b\nc\n');
    expect((await read(rig.client, { target, since: '2999-01-01T00:00:00Z' })).all).toBe('');
    for (const since of ['yesterday', '2026-13-01T00:00:00Z', '10y', '']) {
      await expect(rig.client.call('container.logs', { target, since })).rejects.toMatchObject({
        type: 'invalid_params',
      });
    }
  });

  it('follows until the container stops', async () => {
    await using rig = await engineRig();
    const target = await printer(rig, 'sleep 0.5; echo a; sleep 0.5; echo b', false);
    const start = performance.now();
    expect((await read(rig.client, { target, follow: true })).stdout).toBe('a\nb\n');
    expect(performance.now() - start).toBeLessThan(8000);
  });

  it('follows one that prints nothing for longer than the engine may take for an answer', async () => {
    await using rig = await engineRig({ engineTimeoutMs: 1500 });
    const target = await printer(rig, 'sleep 4; echo late; sleep 1000', false);
    expect((await read(rig.client, { target, follow: true }, () => true)).stdout).toBe('late\n');
  });

  it('reads a flood no faster than the client takes it', async () => {
    await using at = await socketPath();
    await using engine = await serveSocket(at, toEngine);
    const sent = (): number => [...engine.connections].reduce((sum, { bytesWritten }) => sum + bytesWritten, 0);
    await using own = await engineRig();
    await using rig = await rigAt(at.url, { engineTimeoutMs: 1000 });
    const target = await printer(own, `yes ${'x'.repeat(1000)}`, false);
    const stream = rig.client.open('container.logs', { target, follow: true });
    let last = -1;
    await waitFor(
      'it stops',
      async () => {
        const before = last;
        last = sent();
        await pause(500);
        return sent() === last && before === last && last > 0;
      },
      15_000,
    );
    // A client lets 256 KiB wait; the rest is in sockets and pipes.
    expect(last).toBeLessThan(4_000_000);
    const parts = stream[Symbol.asyncIterator]();
    for (let taken = 0; taken < 2_000_000;) taken += (await parts.next()).value?.body?.length ?? 0;
    expect(sent()).toBeGreaterThan(last);
    stream.cancel();
    await expect(stream.result).rejects.toMatchObject({ type: 'cancelled' });
    await waitFor('the connection is closed', () => engine.connections.size === 0);
  });

  it('ends with its reason when the engine vanishes, and goes on when it is back', async () => {
    await using at = await socketPath();
    await using own = await engineRig();
    await using rig = await rigAt(at.url);
    const target = await printer(own, 'i=0; while :; do i=$((i+1)); echo $i; echo $i >&2; sleep 0.02; done', false);
    let sure = '';
    let since: string | undefined;
    for (let round = 0; round < 3; round += 1) {
      await using engine = await serveSocket(at, toEngine);
      const stream = rig.client.open('container.logs', { target, follow: true, since });
      setTimeout(() => [...engine.connections].forEach((socket) => socket.destroy()), 700);
      let unsure = '';
      for await (const { item, channel, body } of stream) {
        if (body && channel === 'stdout') unsure += Buffer.from(body).toString();
        if (!item || 'gap' in item) continue;
        ({ since } = item);
        sure += unsure;
        unsure = '';
      }
      await expect(stream.result).rejects.toMatchObject({ type: 'dependency_down', data: { dependency: 'docker' } });
    }
    const numbers = sure.trim().split('\n').map(Number);
    expect(numbers.length).toBeGreaterThan(30);
    expect(numbers).toEqual(numbers.map((_, at) => at + 1));
  });

  it('notices an engine that is silent', async () => {
    await using at = await socketPath();
    await using own = await engineRig();
    const target = await printer(own, 'echo a; sleep 1000', false);
    let isSilent = false;
    await using engine = await serveSocket(at, (socket) => (isSilent ? socket.resume() : toEngine(socket)));
    await using rig = await rigAt(at.url, { engineTimeoutMs: 1000 });
    const stream = rig.client.open('container.logs', { target, follow: true });
    for await (const { item } of stream) if (item) isSilent = true;
    await expect(stream.result).rejects.toMatchObject({ type: 'dependency_down' });
    expect(engine.connections.size).toBeGreaterThan(0);
  });

  it('is left in the middle of a flood, again and again, by callers who are gone at once', async () => {
    await using rig = await engineRig();
    const target = await printer(rig, `yes ${'x'.repeat(1000)}`, false);
    for (let round = 0; round < 20; round += 1) {
      const client = await rig.connect();
      const stream = client.open('container.logs', { target, follow: true });
      stream.result.catch(() => {});
      const parts = stream[Symbol.asyncIterator]();
      await parts.next();
      client.close();
    }
    expect(await rig.client.ping()).toBeGreaterThan(0);
  });

  it('shows no log of others', async () => {
    await using rig = await engineRig();
    const name = rig.name();
    await docker('run', '-d', '--name', name, IMAGE, 'echo', 'secret');
    await expect(rig.client.call('container.logs', { target: name })).rejects.toMatchObject({ type: 'forbidden' });
    await expect(rig.client.call('container.logs', { target: `${name}x` })).rejects.toMatchObject({
      type: 'not_found',
    });
  });
});
