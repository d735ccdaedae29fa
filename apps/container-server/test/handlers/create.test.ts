import { once } from 'node:events';
import { connect } from 'node:net';
import { Transform } from 'node:stream';
import { expect, it } from '@jest/globals';
import { waitFor } from '@sextant/testing/wait';
import { describeWithEngine, describeWithRegistry, docker, engineRig, IMAGE, type EngineRig } from '../real-engine.ts';
import { policyFile } from '../policy-file.ts';
import { startRegistry } from '../registry.ts';
import { pass, serveSocket, type TestSocket } from '../socket.ts';

function exists(name: string): Promise<boolean> {
  return docker('ps', '--all', '--quiet', '--filter', `name=^${name}$`).then((id) => id !== '');
}

async function inspect<T>(name: string, part: string): Promise<T> {
  return JSON.parse(await docker('inspect', '--format', `{{json ${part}}}`, name)) as T;
}

describeWithEngine('container.create', () => {
  it('makes a container and starts it', async () => {
    await using rig = await engineRig();
    const name = rig.name();
    const made = await rig.client.call('container.create', {
      image: IMAGE,
      name,
      env: { WORD: 'a=b c' },
      command: ['sleep', '60'],
    });
    expect(made).toEqual({ id: expect.stringMatching(/^[0-9a-f]{64}$/), name, state: 'running' });
    expect(await docker('exec', name, 'sh', '-c', 'echo "$WORD"')).toBe('a=b c');
    expect(await inspect(name, '.Config')).toMatchObject({
      Cmd: ['sleep', '60'],
      Labels: { 'sextant.managed': 'true', 'sextant.owner': 'local' },
    });
  });

  it('takes an image by its id or the beginning of that', async () => {
    await using rig = await engineRig();
    const image = await docker('image', 'inspect', '--format', '{{.Id}}', IMAGE);
    for (const text of [image, image.slice('sha256:'.length), image.slice('sha256:'.length).slice(0, 12)]) {
      const { id } = await rig.client.call('container.create', { image: text, name: rig.name(), start: false });
      expect(await inspect(id, '.Image')).toBe(image);
    }
    const other = rig.client.call('container.create', { image: '0123456789ab', name: rig.name(), pull: 'never' });
    await expect(other).rejects.toMatchObject({ type: 'not_found' });
  });

  it('only makes it, where start is false', async () => {
    await using rig = await engineRig();
    const made = await rig.client.call('container.create', {
      image: `${IMAGE}:latest`,
      name: rig.name(),
      start: false,
    });
    expect(made.state).toBe('created');
  });

  it('gives one a name that has none, and takes an environment as large as a line', async () => {
    await using rig = await engineRig();
    const value = 'x'.repeat(30_000);
    const made = await rig.client.call('container.create', { image: IMAGE, env: { A: value, B: value } });
    try {
      expect(made.name).toMatch(/^sextant-[0-9a-f]{12}$/);
      expect(await docker('exec', made.id, 'sh', '-c', 'echo $B')).toBe(value);
    } finally {
      await docker('rm', '--force', made.id);
    }
  });

  it('gives no more rights than the template has, and bounds the log', async () => {
    await using rig = await engineRig();
    const name = rig.name();
    await rig.client.call('container.create', { image: IMAGE, name, start: false });
    // An engine says null or [] for no devices.
    expect((await inspect<object[] | null>(name, '.HostConfig.Devices')) ?? []).toEqual([]);
    expect(await inspect(name, '.HostConfig')).toMatchObject({
      Privileged: false,
      Binds: null,
      CapAdd: null,
      NetworkMode: expect.stringMatching(/^(default|bridge)$/),
      PidMode: '',
      UsernsMode: '',
      VolumesFrom: null,
      PidsLimit: 2048,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
    });
  });

  it('sets limits, a restart policy and labels', async () => {
    await using rig = await engineRig();
    const name = rig.name();
    const memoryBytes = 64 * 1024 * 1024;
    const wish = { memoryBytes, cpus: 0.5, restart: 'unless-stopped', labels: { who: 'ann' } } as const;
    await rig.client.call('container.create', {
      image: IMAGE,
      name,
      ...wish,
      command: ['sh', '-c', 'sleep 1; exit 1'],
    });
    expect(await inspect(name, '.HostConfig')).toMatchObject({
      Memory: memoryBytes,
      NanoCpus: 500_000_000,
      RestartPolicy: { Name: 'unless-stopped' },
    });
    expect(await rig.client.call('container.inspect', { target: name })).toMatchObject(wish);
    await waitFor('it is started again', async () => {
      return (await rig.client.call('container.inspect', { target: name })).restartCount > 0;
    });
  });

  it('refuses labels of ours, and more processors than there are', async () => {
    await using rig = await engineRig();
    const create = (wish: object) => rig.client.call('container.create', { image: IMAGE, name: rig.name(), ...wish });
    await expect(create({ labels: { 'sextant.owner': 'ann' } })).rejects.toMatchObject({
      type: 'invalid_params',
      message: expect.stringContaining('do not begin with "sextant."'),
    });
    await expect(create({ cpus: 4000 })).rejects.toMatchObject({ type: 'invalid_params' });
  });

  it.each(['binds', 'HostConfig', 'network', 'capAdd', 'securityOpt'])('has no param %s', async (param) => {
    await using rig = await engineRig();
    const params = { image: IMAGE, name: rig.name(), [param]: true };
    await expect(rig.client.call('container.create', params)).rejects.toMatchObject({ type: 'invalid_params' });
    expect(await exists(params.name)).toBe(false);
  });

  it('ends a fork bomb at its limit', async () => {
    await using policy = await policyFile({ processes: 16 });
    await using rig = await engineRig({ policy: policy.path });
    const name = rig.name();
    const command = ['sh', '-c', 'exec 2>&1; for i in $(seq 40); do sleep 60 & done; wait'];
    await rig.client.call('container.create', { image: IMAGE, name, command });
    expect(await inspect(name, '.HostConfig.PidsLimit')).toBe(16);
    await waitFor('it cannot fork', async () => (await docker('logs', name)).includes("can't fork"));
  });

  it('publishes ports on loopback only, free ones where none is named', async () => {
    await using rig = await engineRig();
    const name = rig.name();
    const command = ['nc', '-ll', '-p', '80', '-e', 'echo', 'hello'];
    await rig.client.call('container.create', { image: IMAGE, name, command, ports: [{ container: 80 }] });
    const { '80/tcp': published } = await inspect<Record<string, { HostIp: string; HostPort: string }[]>>(
      name,
      '.NetworkSettings.Ports',
    );
    expect(published).toEqual([{ HostIp: '127.0.0.1', HostPort: expect.stringMatching(/^\d+$/) }]);
    expect(await waitFor('the program answers', () => ask(Number(published?.[0]?.HostPort)))).toBe('hello\n');
  });

  it('refuses a taken name', async () => {
    await using rig = await engineRig();
    const name = rig.name();
    await rig.client.call('container.create', { image: IMAGE, name, start: false });
    await expect(rig.client.call('container.create', { image: IMAGE, name })).rejects.toMatchObject({ type: 'exists' });
  });

  it('refuses a taken port and leaves nothing behind', async () => {
    await using rig = await engineRig();
    await using taken = await serveSocket({ port: 0, host: '127.0.0.1' }, () => {});
    const name = rig.name();
    await expect(
      rig.client.call('container.create', { image: IMAGE, name, ports: [{ container: 80, host: taken.port }] }),
    ).rejects.toMatchObject({
      type: 'conflict',
      message: expect.stringContaining(`Port ${taken.port} of the engine's machine is taken`),
    });
    expect(await exists(name)).toBe(false);
  });

  it('refuses a port that another container has', async () => {
    await using rig = await engineRig();
    const [first, second] = [rig.name(), rig.name()];
    const ports = [{ container: 80, host: await freePort() }];
    await rig.client.call('container.create', { image: IMAGE, name: first, ports });
    await expect(rig.client.call('container.create', { image: IMAGE, name: second, ports })).rejects.toMatchObject({
      type: 'conflict',
      message: expect.stringContaining(`Port ${ports[0]?.host} of the engine's machine is taken`),
    });
    expect(await exists(second)).toBe(false);
  });

  it.each([
    ['is nowhere', ['nonsense'], 'exec: "nonsense": executable file not found in $PATH'],
    ['is a folder', ['/tmp'], /exec: "\/tmp": (permission denied|is a directory)/],
    ['is nowhere in its folder', ['/no/such'], /exec: "\/no\/such": stat \/no\/such: no such file or directory/],
  ])('tells of a command that %s, and leaves nothing behind', async (_what, command, reason) => {
    await using rig = await engineRig();
    const name = rig.name();
    await expect(rig.client.call('container.create', { image: IMAGE, name, command })).rejects.toMatchObject({
      type: 'invalid_params',
      message: typeof reason === 'string' ? `The Docker engine says: ${reason}.` : expect.stringMatching(reason),
    });
    expect(await exists(name)).toBe(false);
  });

  it.each(['UPPER', 'two words', 'x:', '../x', 'x:y:z'])('refuses %j as an image', async (image) => {
    await using rig = await engineRig();
    for (const pull of ['missing', 'always', 'never'] as const) {
      await expect(rig.client.call('container.create', { image, pull })).rejects.toMatchObject({
        type: 'invalid_params',
      });
    }
  });

  it('says that an image is missing, where it may not be pulled', async () => {
    await using rig = await engineRig();
    await expect(
      rig.client.call('container.create', { image: 'sextant/nothing', pull: 'never' }),
    ).rejects.toMatchObject({
      type: 'not_found',
      message: 'The engine has no image "sextant/nothing:latest", and it may not be pulled: pull is "never".',
    });
  });

  it('says why a registry cannot be reached', async () => {
    await using rig = await engineRig();
    const image = `127.0.0.1:${await freePort()}/sextant/nothing`;
    await expect(rig.client.call('container.create', { image })).rejects.toMatchObject({
      type: 'unavailable',
      message: expect.stringContaining('connection refused'),
    });
  });
});

describeWithRegistry('pulling', () => {
  const BYTES = 4_000_000;

  async function pullOf(
    rig: EngineRig,
    image: string,
    pull: 'missing' | 'always',
  ): Promise<{ currentBytes?: number | undefined; totalBytes?: number | undefined; status: string }[]> {
    const stream = rig.client.open('container.create', { image, name: rig.name(), start: false, pull });
    const items = [];
    for await (const { item } of stream) if (item) items.push(item);
    expect(await stream.result).toMatchObject({ state: 'created' });
    return items;
  }

  it('tells its progress, once where missing, again where asked always', async () => {
    await using registry = await startRegistry();
    await using rig = await engineRig();
    const image = await registry.publish(BYTES);
    try {
      const items = await pullOf(rig, image, 'missing');
      expect(items.some(({ status, totalBytes = 0 }) => status === 'Downloading' && totalBytes > BYTES)).toBe(true);
      expect(items.some(({ status }) => status === 'Pull complete')).toBe(true);
      expect(await pullOf(rig, image, 'missing')).toEqual([]);
      expect((await pullOf(rig, image, 'always')).length).toBeGreaterThan(0);
    } finally {
      await dropImage(rig, image);
    }
  });

  it('says that the registry has no such image, and what may have been meant', async () => {
    await using registry = await startRegistry();
    await using rig = await engineRig();
    const image = await registry.publish(1000);
    await rig.client.call('image.pull', { image });
    try {
      const place = `127.0.0.1:${registry.port}`;
      await expect(rig.client.call('container.create', { image: `${image}x` })).rejects.toMatchObject({
        type: 'not_found',
        message: expect.stringMatching(
          new RegExp(`^${place} has no image "${image}x:latest", or not for everybody: .*manifest unknown`),
        ),
        data: { suggestions: [`${image}:latest`] },
      });
    } finally {
      await docker('rmi', `${image}:latest`);
    }
  });

  it('stops when cancelled, and makes nothing', async () => {
    await using registry = await startRegistry();
    await using slow = await inFrontOf(registry.port, 100);
    await using rig = await engineRig();
    const image = (await registry.publish(BYTES)).replace(String(registry.port), String(slow.port));
    const name = rig.name();
    const stream = rig.client.open('container.create', { image, name });
    let seen = 0;
    for await (const { item } of stream) {
      if (item) seen += 1;
      if (item?.currentBytes) stream.cancel();
    }
    await expect(stream.result).rejects.toMatchObject({ type: 'cancelled' });
    expect(seen).toBeGreaterThan(0);
    await waitFor('the engine pulls no more', () => slow.connections.size === 0);
    expect(slow.passed()).toBeLessThan(BYTES);
    expect(await exists(name)).toBe(false);
  });

  it('is given up when nothing comes any more', async () => {
    await using registry = await startRegistry();
    await using stuck = await inFrontOf(registry.port, Infinity);
    await using rig = await engineRig({ pullStallMs: 1500 });
    const image = (await registry.publish(BYTES)).replace(String(registry.port), String(stuck.port));
    await expect(rig.client.call('container.create', { image })).rejects.toMatchObject({
      type: 'dependency_down',
      message: expect.stringContaining('for 1500 ms, so its pull was given up'),
    });
  });
});

/** Stands in front of a registry: after the first half megabyte of a connection, each part takes so long. */
async function inFrontOf(registry: number, delayMs: number): Promise<TestSocket & { passed(): number }> {
  let passed = 0;
  const socket = await serveSocket({ port: 0, host: '127.0.0.1' }, (socket) => {
    let seen = 0;
    const brake = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        passed += chunk.length;
        seen += chunk.length;
        if (seen < 500_000) done(null, chunk);
        else if (delayMs < Infinity) setTimeout(() => done(null, chunk), delayMs);
      },
    });
    pass(socket, connect(registry, '127.0.0.1'), brake);
  });
  return { ...socket, passed: () => passed };
}

async function dropImage(rig: EngineRig, image: string): Promise<void> {
  for (const { image: used, id } of (await rig.client.call('container.list', { all: true })).items) {
    if (used.startsWith(image)) await docker('rm', '--force', id);
  }
  await docker('rmi', `${image}:latest`);
}

async function freePort(): Promise<number> {
  await using socket = await serveSocket({ port: 0, host: '127.0.0.1' }, () => {});
  return socket.port;
}

/** What a program behind a port says first; undefined while none does. */
async function ask(port: number): Promise<string | undefined> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  const [said] = await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => [])]).catch(() => []);
  socket.destroy();
  return said === undefined ? undefined : String(said);
}
