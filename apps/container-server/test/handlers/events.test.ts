import type { Socket } from 'node:net';
import { expect, it } from '@jest/globals';
import type { Client } from '@sextant/client/client';
import { pause } from '@sextant/client/pause';
import type { ContainerItem } from '@sextant/protocol/container-schemas';
import { seeded } from '@sextant/testing/random';
import { waitFor } from '@sextant/testing/wait';
import { rigAt, type Containers } from '../app.ts';
import { Picture, textOfStates } from '../picture.ts';
import { describeWithEngine, docker, engineRig, IMAGE, OBEDIENT } from '../real-engine.ts';
import { serveSocket, socketPath, toEngine } from '../socket.ts';

type Change = Exclude<ContainerItem, { gap: unknown } | { type: 'snapshot' | 'engine' }>;

/** One who watches, and what it saw. */
function watcher(client: Client<Containers>, since?: number) {
  const items: ContainerItem[] = [];
  const stream = client.open('container.events', { since });
  const read = (async () => {
    for await (const { item } of stream) if (item) items.push(item);
  })();
  const of = (name: string): Change[] => items.filter((item): item is Change => 'name' in item && item.name === name);
  return {
    items,
    of,
    types: (name: string) => of(name).map(({ type }) => type),
    result: stream.result,
    begun: () => waitFor('a snapshot', () => items.length > 0, 15_000),
    sees: (name: string, ...types: string[]) =>
      waitFor(
        types.join(' '),
        () =>
          of(name)
            .map(({ type }) => type)
            .join() === types.join(),
        15_000,
      ).catch((error: unknown) => {
        throw new Error(
          `it saw ${of(name)
            .map(({ type }) => type)
            .join()}`,
          { cause: error },
        );
      }),
    async end() {
      stream.cancel();
      await stream.result.catch(() => {});
      await read;
    },
  };
}

/** The connections on which events come. */
async function serveEngine(path: { path: string }) {
  const listeners = new Set<Socket>();
  const server = await serveSocket(path, (socket) => {
    socket.once('data', (chunk: Buffer) => {
      if (chunk.includes('GET /events') || /GET \/v[\d.]+\/events/.test(chunk.toString('latin1'))) {
        listeners.add(socket.on('close', () => listeners.delete(socket)));
      }
    });
    toEngine(socket);
  });
  return { listeners, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

describeWithEngine('container.events', () => {
  it('tells who is there, and then what happens to it', async () => {
    await using rig = await engineRig();
    const [old, name, renamed] = [rig.name(), rig.name(), rig.name()];
    await rig.client.call('container.create', { image: IMAGE, name: old });
    const watch = watcher(rig.client);
    await watch.begun();
    expect(watch.items[0]).toMatchObject({
      type: 'snapshot',
      part: 1,
      more: false,
      seq: expect.any(Number),
      containers: expect.arrayContaining([expect.objectContaining({ name: old, state: 'running' })]),
    });
    await rig.client.call('container.create', { image: IMAGE, name, command: OBEDIENT });
    await docker('pause', name);
    await docker('unpause', name);
    await docker('run', '-d', '--name', rig.name(), IMAGE);
    await rig.client.call('container.stop', { target: name });
    await watch.sees(name, 'created', 'started', 'paused', 'unpaused', 'stopped');
    await docker('rename', name, renamed);
    await rig.client.call('container.remove', { target: renamed });
    await watch.sees(renamed, 'renamed', 'removed');
    expect(watch.of(name).at(-1)).toMatchObject({ exitCode: 0, oomKilled: false });
    expect(watch.of(name).at(-1)).not.toHaveProperty('log');
    expect(watch.of(renamed)[0]).toMatchObject({ oldName: name });
    const numbers = watch.items.map((item) => ('seq' in item ? item.seq : undefined));
    expect(numbers).toEqual(numbers.map((_, at) => (numbers[0] ?? 0) + at));
    await watch.end();
  });

  it('says why one died that nobody stopped', async () => {
    await using rig = await engineRig();
    const [name, greedy] = [rig.name(), rig.name()];
    const watch = watcher(rig.client);
    await watch.begun();
    const script = 'for i in $(seq 30); do echo line $i; done; sleep 0.2; echo bad >&2; exit 7';
    await rig.client.call('container.create', { image: IMAGE, name, command: ['sh', '-c', script] });
    await watch.sees(name, 'created', 'started', 'died');
    const [, , died] = watch.of(name);
    expect(died).toMatchObject({ exitCode: 7, oomKilled: false, owner: 'local' });
    expect(died?.log).toHaveLength(20);
    expect(died?.log).toEqual(expect.arrayContaining(['line 30', 'bad']));
    const limits = ['--memory', '8m', '--memory-swap', '8m', '--label', 'sextant.managed=true'];
    await docker('run', '-d', '--name', greedy, ...limits, IMAGE, 'sh', '-c', 'tail -c 100000000 /dev/zero');
    await watch.sees(greedy, 'created', 'started', 'died');
    expect(watch.of(greedy)[2]).toMatchObject({ exitCode: 137, oomKilled: true });
    await watch.end();
  });

  it('goes on after what was seen, else begins anew', async () => {
    await using rig = await engineRig();
    const name = rig.name();
    const first = watcher(rig.client);
    await first.begun();
    await rig.client.call('container.create', { image: IMAGE, name, start: false });
    await first.sees(name, 'created');
    const seq = first.of(name)[0]?.seq ?? 0;
    await first.end();
    // Nobody watches meanwhile.
    await docker('start', name);
    const second = watcher(rig.client, seq);
    await second.sees(name, 'started');
    expect(second.items.every((item) => 'seq' in item && (item.seq ?? 0) > seq)).toBe(true);
    await second.end();
    const third = watcher(rig.client, 1_000_000);
    await third.begun();
    expect(third.items[0]).toMatchObject({ type: 'snapshot' });
    await third.end();
  });

  it('makes good what it missed while its connection was cut, with one for all who watch', async () => {
    await using at = await socketPath();
    await using own = await engineRig();
    const [gone, ends, fresh] = [own.name(), own.name(), own.name()];
    await own.client.call('container.create', { image: IMAGE, name: gone });
    await own.client.call('container.create', { image: IMAGE, name: ends });
    await using rig = await rigAt(at.url);
    const unreachable = watcher(rig.client);
    await expect(unreachable.result).rejects.toMatchObject({ type: 'dependency_down' });
    let engine = await serveEngine(at);
    try {
      const watches = [watcher(rig.client), watcher(await rig.connect()), watcher(rig.client)];
      for (const watch of watches) await watch.begun();
      expect(engine.listeners.size).toBe(1);
      await engine[Symbol.asyncDispose]();
      await docker('rm', '-f', gone);
      await docker('kill', ends);
      await own.client.call('container.create', { image: IMAGE, name: fresh });
      engine = await serveEngine(at);
      for (const watch of watches) {
        await watch.sees(fresh, 'created', 'started');
        await watch.sees(ends, 'died');
        await waitFor('removed', () => watch.types(gone).at(-1) === 'removed');
        expect(watch.of(ends)[0]).toMatchObject({ exitCode: 137 });
        await waitFor('the engine is back', () => watch.items.some((item) => 'state' in item && item.state === 'back'));
        const kinds = watch.items.map((item) => ('state' in item ? item.state : 'name' in item ? item.type : ''));
        expect(kinds.indexOf('lost')).toBeLessThan(kinds.indexOf('died'));
      }
      expect(engine.listeners.size).toBe(1);
      for (const watch of watches) await watch.end();
      await waitFor('no connection is kept', () => engine.listeners.size === 0);
    } finally {
      await engine[Symbol.asyncDispose]();
    }
  });

  it('tells once what came before and after a lost connection, in order', async () => {
    await using at = await socketPath();
    await using own = await engineRig();
    const [brief, before, between, after] = [own.name(), own.name(), own.name(), own.name()];
    await own.client.call('container.create', { image: IMAGE, name: before, start: false });
    await using rig = await rigAt(at.url);
    let engine = await serveEngine(at);
    try {
      const watch = watcher(rig.client);
      await watch.begun();
      await engine[Symbol.asyncDispose]();
      await own.client.call('container.create', { image: IMAGE, name: brief });
      await docker('kill', brief);
      await docker('start', brief);
      await docker('kill', brief);
      await docker('rename', before, between);
      await docker('rename', between, after);
      engine = await serveEngine(at);
      await watch.sees(brief, 'created', 'started', 'died', 'started', 'died');
      await watch.sees(between, 'renamed');
      await watch.sees(after, 'renamed');
      await docker('start', after);
      await watch.sees(after, 'renamed', 'started');
      expect(watch.types(brief)).toEqual(['created', 'started', 'died', 'started', 'died']);
      await watch.end();
    } finally {
      await engine[Symbol.asyncDispose]();
    }
  });

  it('tells that one died where the engine does not say why', async () => {
    await using at = await socketPath();
    await using own = await engineRig();
    const name = own.name();
    await own.client.call('container.create', { image: IMAGE, name });
    await using engine = await serveSocket(at, (socket) => {
      socket.once('data', (chunk: Buffer) => {
        if (/containers\/[0-9a-f]{64}\//.test(chunk.toString('latin1'))) socket.destroy();
      });
      toEngine(socket);
    });
    await using rig = await rigAt(at.url);
    const watch = watcher(rig.client);
    await watch.begun();
    await docker('kill', name);
    await watch.sees(name, 'died');
    expect(watch.of(name)[0]).toMatchObject({ exitCode: 137, log: [] });
    expect(engine.connections.size).toBeGreaterThan(0);
    await watch.end();
  });

  it('finds with the next list what no event told', async () => {
    await using at = await socketPath();
    await using own = await engineRig();
    // Events get lost: whoever listens for them hears nothing any more.
    await using server = await serveSocket(at, (socket) => {
      socket.once('data', (chunk: Buffer) => {
        if (!chunk.toString('latin1').includes('/events?')) return;
        const write = socket.write.bind(socket);
        socket.write = (bytes: Uint8Array | string) => (Buffer.from(bytes).includes('HTTP/1.1') ? write(bytes) : true);
      });
      toEngine(socket);
    });
    await using rig = await rigAt(at.url, { listEveryMs: 500 });
    const watch = watcher(rig.client);
    await watch.begun();
    const name = own.name();
    await own.client.call('container.create', { image: IMAGE, name });
    await watch.sees(name, 'created', 'started');
    await docker('rm', '-f', name);
    await watch.sees(name, 'created', 'started', 'removed');
    await pause(700);
    expect(watch.types(name)).toEqual(['created', 'started', 'removed']);
    expect(server.connections.size).toBeGreaterThan(0);
    await watch.end();
  });

  it(
    'knows what there is after any cuts and any rubbish',
    () =>
      seeded(async (random) => {
        await using at = await socketPath();
        await using own = await engineRig();
        await using server = await serveSocket(at, toEngine);
        await using rig = await rigAt(at.url);
        const names = [own.name(), own.name(), own.name()];
        const isOwn = (name: string): boolean => names.includes(name);
        const picture = Picture.of(rig.client);
        await waitFor('a snapshot', () => picture.hasBegun);
        for (let step = 0; step < 25; step += 1) {
          const name = random.pick(names);
          const create = ['run', '-d', '--label', 'sextant.managed=true', '--name', name, IMAGE];
          const act = random.pick([create, ['rm', '-f', name], ['kill', name], ['start', name], ['pause', name]]);
          const done = docker(...act).catch(() => {});
          if (random.chance(0.5)) await pause(random.below(200));
          for (const socket of server.connections) {
            if (random.chance(0.3)) socket.destroy();
            else if (random.chance(0.1)) socket.write('{"rubbish"\n');
          }
          await done;
        }
        const had = async (): Promise<string> => {
          const { items } = await own.client.call('container.list', { all: true, limit: 1000 });
          return textOfStates(items.filter(({ name }) => isOwn(name)));
        };
        await waitFor('both are the same', async () => picture.text(isOwn) === (await had()), 8000).catch(
          async (cause: unknown) => {
            throw new Error(`${picture.text(isOwn)} is not ${await had()}`, { cause });
          },
        );
        await picture.end();
      }),
    60_000,
  );
});
