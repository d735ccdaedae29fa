import { once } from 'node:events';
import { createServer, connect } from 'node:net';
import { expect, it } from '@jest/globals';
import { pause } from '@sextant/client/pause';
import { connect as connectTo } from '@sextant/client/connect';
import { containerService } from '@sextant/protocol/container';
import { Tokens } from '@sextant/service/identity/tokens';
import { waitFor } from '@sextant/testing/wait';
import { rigAt } from '../app.ts';
import { policyFile } from '../policy-file.ts';
import { describeWithEngine, docker, ENGINE, engineRig, IMAGE, OBEDIENT } from '../real-engine.ts';
import { builtImage, containersOf, imageName, startUpdate } from '../updating.ts';

async function inspect<T>(name: string, part: string): Promise<T> {
  return JSON.parse(await docker('inspect', '--format', `{{json ${part}}}`, name)) as T;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}

async function read(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(socket, 'close');
  return text;
}

/** Answers each connection with the variable WORD. */
const SERVER = ['sh', '-c', 'trap "exit 0" TERM; nc -ll -p 80 -e sh -c \'echo "$WORD"\' & wait'];

describeWithEngine('container.update', () => {
  it('puts another in its place, with all that was not to change', async () => {
    await using rig = await engineRig();
    const name = rig.name();
    const [first, second] = [await freePort(), await freePort()];
    const limits = { memoryBytes: 64 * 1024 * 1024, cpus: 0.5, restart: 'on-failure' } as const;
    const old = await rig.client.call('container.create', {
      image: IMAGE,
      name,
      command: SERVER,
      env: { WORD: 'one', GONE: 'x', KEPT: 'y' },
      ports: [{ container: 80, host: first }],
      labels: { team: 'web' },
      stdin: true,
      ...limits,
    });
    const update = startUpdate(rig.client, {
      target: name,
      env: { WORD: 'two', GONE: null, NEW: 'z' },
      ports: [{ container: 80, host: second }],
      cpus: 0.25,
    });
    const made = await update.result;
    expect(made).toEqual({ id: expect.any(String), name, state: 'running', updated: true });
    expect(made.id).not.toBe(old.id);
    expect(update.changes()).toEqual([
      { field: 'env.WORD', from: 'one', to: 'two' },
      { field: 'env.GONE', from: 'x' },
      { field: 'ports', from: `${first}->80`, to: `${second}->80` },
      { field: 'cpus', from: '0.5', to: '0.25' },
      { field: 'env.NEW', to: 'z' },
    ]);
    expect(update.steps()).toEqual(['create', 'stop', 'start', 'wait', 'remove']);
    expect(await waitFor('the new one answers', async () => (await read(second)) || undefined)).toBe('two\n');
    expect(await containersOf(name)).toEqual([{ name, state: 'running', id: made.id }]);
    expect(await rig.client.call('container.inspect', { target: name })).toMatchObject({
      command: SERVER,
      env: { WORD: 'two', KEPT: 'y', NEW: 'z' },
      labels: { team: 'web' },
      owner: 'local',
      ...limits,
      cpus: 0.25,
    });
    expect(await inspect(name, '.Config')).toMatchObject({ OpenStdin: true, Tty: false });
    expect(await inspect(name, '.HostConfig.LogConfig.Config')).toEqual({ 'max-size': '10m', 'max-file': '3' });
    await expect(rig.client.call('container.start', { target: old.id })).rejects.toMatchObject({
      type: 'not_found',
      message: expect.stringContaining(`was updated, and has another id: ${name}.`),
    });
  });

  it('does nothing where nothing is different, and only tells in a dry run', async () => {
    await using rig = await engineRig();
    const name = rig.name();
    const { id } = await rig.client.call('container.create', { image: IMAGE, name, env: { A: '1' } });
    const same = startUpdate(rig.client, { target: name, image: IMAGE, env: { A: '1', B: null, PATH: '/bin' } });
    expect(await same.result).toEqual({ id, name, state: 'running', updated: false });
    expect(same.items).toEqual([{ changes: [] }]);
    const image = 'sextant/no-such:1';
    const dry = startUpdate(rig.client, { target: name, image, env: { A: 'x'.repeat(1000) }, dryRun: true });
    expect(await dry.result).toEqual({ id, name, state: 'running', updated: false });
    expect(dry.changes()).toEqual([
      { field: 'image', from: `${IMAGE}:latest`, to: image, missing: true },
      { field: 'env.A', from: '1', to: `${'x'.repeat(200)}...` },
    ]);
    expect(await containersOf(name)).toEqual([{ name, state: 'running', id }]);
  });

  it('sees that a name stands for another image by now', async () => {
    const tag = imageName();
    await using first = await builtImage(tag, `FROM ${IMAGE}`, 'ENV A=1');
    await using rig = await engineRig();
    const name = rig.name();
    await rig.client.call('container.create', { image: first.name, name, start: false });
    await using image = await builtImage(tag, `FROM ${IMAGE}`, 'ENV A=2');
    const update = startUpdate(rig.client, { target: name });
    expect(await update.result).toMatchObject({ updated: true });
    const named = expect.stringMatching(/^\S+:1 \([0-9a-f]{12}\)$/);
    expect(update.changes()).toEqual([
      { field: 'image', from: named, to: named },
      { field: 'env.A', from: '1', to: '2' },
    ]);
    expect(await inspect(name, '.Config.Image')).toBe(image.name);
  });

  it('takes the scope to create from the image too', async () => {
    await using rig = await engineRig();
    const name = rig.name();
    await rig.client.call('container.create', { image: IMAGE, name, start: false });
    const scopes = ['container:manage', 'container:others', `container:create:${IMAGE}*`];
    const { token = '' } = await new Tokens(rig.home).create({ name: 'ann', scopes });
    const ann = await connectTo(containerService, rig.running, { client: 'test/1', auth: { type: 'token', token } });
    try {
      await expect(startUpdate(ann, { target: name, image: 'busybox' }).result).rejects.toMatchObject({
        type: 'forbidden',
        message: expect.stringContaining('"ann" lacks the scope "container:create:busybox"'),
      });
      expect(await startUpdate(ann, { target: name, env: { A: '1' } }).result).toMatchObject({ updated: true });
    } finally {
      ann.close();
    }
  });

  it('leaves what came from the old image there, and takes away what comes from the new one', async () => {
    const config = ['ENV A=1 B=1 C=1', 'LABEL origin=old', 'EXPOSE 81', 'CMD ["sleep","1001"]'];
    await using one = await builtImage(imageName(), `FROM ${IMAGE}`, ...config);
    await using two = await builtImage(imageName(), `FROM ${IMAGE}`, 'ENV A=2 B=2 D=2', 'CMD ["sleep","1002"]');
    await using rig = await engineRig();
    const name = rig.name();
    await rig.client.call('container.create', { image: one.name, name, env: { B: 'own' }, start: false });
    const update = startUpdate(rig.client, { target: name, image: two.name, env: { D: null } });
    expect(await update.result).toMatchObject({ state: 'created', updated: true });
    expect(update.steps()).toEqual(['create', 'remove']);
    const { command, env, labels } = await rig.client.call('container.inspect', { target: name });
    expect({ command, labels }).toEqual({ command: ['sleep', '1002'], labels: {} });
    expect(env).toMatchObject({ A: '2', B: 'own' });
    expect(await inspect(name, '.Config.ExposedPorts')).toBeNull();
    await docker('start', name);
    expect((await docker('exec', name, 'env')).split('\n').filter((line) => /^[A-D]=/.test(line))).toEqual(
      expect.arrayContaining(['A=2', 'B=own']),
    );
    expect(await docker('exec', name, 'sh', '-c', 'echo "${C-none} ${D-none}"')).toBe('none none');
    const again = startUpdate(rig.client, { target: name, image: two.name, env: { D: null } });
    expect(await again.result).toMatchObject({ updated: false });
  });

  it('takes unnamed volumes along, which go with the last container of theirs', async () => {
    await using image = await builtImage(imageName(), `FROM ${IMAGE}`, 'VOLUME /data');
    await using rig = await engineRig();
    const name = rig.name();
    await rig.client.call('container.create', { image: image.name, name, command: OBEDIENT });
    await docker('exec', name, 'sh', '-c', 'echo kept >/data/x');
    const volume = await docker('inspect', '--format', '{{(index .Mounts 0).Name}}', name);
    for (const A of ['1', '2']) {
      const update = startUpdate(rig.client, { target: name, env: { A } });
      expect(await update.result).toMatchObject({ updated: true });
      expect(await docker('exec', name, 'cat', '/data/x')).toBe('kept');
    }
    const failing = startUpdate(rig.client, { target: name, command: ['sh', '-c', 'echo bad >/data/x; exit 1'] });
    await expect(failing.result).rejects.toMatchObject({ type: 'conflict' });
    expect(await docker('exec', name, 'cat', '/data/x')).toBe('bad');
    await rig.client.call('container.remove', { target: name, force: true });
    await expect(docker('volume', 'inspect', volume)).rejects.toMatchObject({
      stderr: expect.stringMatching(/no such volume/i),
    });
  });

  it('has the old one back where the new one ends, and tells its last lines', async () => {
    await using rig = await engineRig();
    const name = rig.name();
    const host = await freePort();
    const old = await rig.client.call('container.create', {
      image: IMAGE,
      name,
      command: SERVER,
      env: { WORD: 'old' },
      ports: [{ container: 80, host }],
    });
    for (const restart of ['no', 'always'] as const) {
      const command = ['sh', '-c', 'echo starting; echo "no config" >&2; exit 3'];
      const update = startUpdate(rig.client, { target: name, command, restart });
      await expect(update.result).rejects.toMatchObject({
        type: 'conflict',
        message: expect.stringMatching(
          `^The new container ended with exit code \\d\\. ${name} is as it was, and runs again\\.$`,
        ),
        data: { log: expect.arrayContaining(['starting', 'no config']), retry: 'no' },
      });
      expect(update.steps()).toEqual(['create', 'stop', 'start', 'wait', 'rollback']);
      expect(await containersOf(name)).toEqual([{ name, state: 'running', id: old.id }]);
      expect(await waitFor('the old one answers', async () => (await read(host)) || undefined)).toBe('old\n');
    }
  });

  it('waits for a health check, and has the old one back where that fails or takes too long', async () => {
    const check =
      'HEALTHCHECK --interval=200ms --timeout=1s --retries=1 CMD test -f /tmp/fine || { echo not fine; false; }';
    await using image = await builtImage(imageName(), `FROM ${IMAGE}`, check);
    await using slow = await builtImage(imageName(), `FROM ${IMAGE}`, 'HEALTHCHECK --interval=60s CMD true');
    await using rig = await engineRig();
    const name = rig.name();
    const { id } = await rig.client.call('container.create', { image: IMAGE, name, command: OBEDIENT });
    const bad = startUpdate(rig.client, { target: name, image: image.name });
    await expect(bad.result).rejects.toMatchObject({
      type: 'conflict',
      message: `The new container is unhealthy; its check says: not fine. ${name} is as it was, and runs again.`,
    });
    const late = startUpdate(rig.client, { target: name, image: slow.name, timeoutMs: 500 });
    await expect(late.result).rejects.toMatchObject({
      type: 'conflict',
      message: expect.stringContaining('The new container was not healthy within 500 ms.'),
    });
    expect(await containersOf(name)).toEqual([{ name, state: 'running', id }]);
    const command = ['sh', '-c', 'trap "exit 0" TERM; touch /tmp/fine; while :; do sleep 0.05; done'];
    const good = startUpdate(rig.client, { target: name, image: image.name, command });
    expect(await good.result).toMatchObject({ state: 'running', updated: true });
    expect(await inspect(name, '.State.Health.Status')).toBe('healthy');
  });

  it('leaves all as it was where the new one cannot be made or started', async () => {
    await using rig = await engineRig();
    const [name, other] = [rig.name(), rig.name()];
    const host = await freePort();
    const { id } = await rig.client.call('container.create', { image: IMAGE, name, command: OBEDIENT });
    await rig.client.call('container.create', { image: IMAGE, name: other, ports: [{ container: 80, host }] });
    const wishes: [object, string][] = [
      [{ ports: [{ container: 80, host }] }, 'conflict'],
      [{ command: ['nonsense'] }, 'invalid_params'],
      [{ cpus: 4000 }, 'invalid_params'],
      [{ image: 'sextant/nothing', pull: 'never' }, 'not_found'],
      [{ image: '../containers/json' }, 'invalid_params'],
      [{ image: 'UPPER' }, 'invalid_params'],
    ];
    for (const [wish, type] of wishes) {
      const update = startUpdate(rig.client, { target: name, ...wish });
      await expect(update.result).rejects.toMatchObject({ type });
      expect(await containersOf(name)).toEqual([{ name, state: 'running', id }]);
    }
  });

  it('refuses one that is paused, and what it would lose', async () => {
    await using rig = await engineRig();
    const [paused, foreign] = [rig.name(), rig.name()];
    await rig.client.call('container.create', { image: IMAGE, name: paused });
    await rig.client.call('container.pause', { target: paused });
    const update = (target: string) => startUpdate(rig.client, { target, env: { A: '1' }, dryRun: true }).result;
    await expect(update(paused)).rejects.toMatchObject({
      type: 'conflict',
      message: expect.stringContaining('unpause'),
    });
    const label = ['--label', 'sextant.managed=true'];
    await docker(
      'create',
      '--name',
      foreign,
      ...label,
      '--cap-add',
      'NET_ADMIN',
      '--volume',
      '/tmp:/x',
      '--rm',
      '--network',
      'none',
      IMAGE,
    );
    await expect(update(foreign)).rejects.toMatchObject({
      type: 'conflict',
      message: expect.stringContaining(
        'it would be lost: AutoRemove, Binds, CapAdd, NetworkMode none, the bind at /x.',
      ),
    });
  });

  it('gives what it keeps too within the policy, and tells so', async () => {
    await using engine = await engineRig({ publishHost: '0.0.0.0' });
    const name = engine.name();
    const host = await freePort();
    await engine.client.call('container.create', {
      image: IMAGE,
      name,
      ports: [{ container: 80, host }],
      start: false,
    });
    const under = async (rules: object, params: object) => {
      await using policy = await policyFile(rules);
      await using rig = await engineRig({ policy: policy.path });
      const update = startUpdate(rig.client, { target: name, ...params });
      await update.result;
      return update.changes();
    };
    const limits = { memoryBytes: { default: 64 * 1024 ** 2 }, cpus: { max: 0.5 } };
    expect(await under(limits, {})).toEqual([
      { field: 'ports', from: `0.0.0.0:${host}->80`, to: `127.0.0.1:${host}->80` },
      { field: 'memoryBytes', to: '67108864' },
      { field: 'cpus', to: '0.5' },
    ]);
    expect(await inspect(name, '.HostConfig')).toMatchObject({
      Memory: 64 * 1024 ** 2,
      NanoCpus: 5e8,
      PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: String(host) }] },
    });
    expect(await under(limits, {})).toEqual([]);
    for (const [rules, member] of [
      [{ memoryBytes: { max: 32 * 1024 ** 2 } }, 'memoryBytes'],
      [{ cpus: { max: 0.25 } }, 'cpus'],
      [{ ports: { host: [{ from: 1, to: 1 }] } }, 'ports'],
      [{ ports: { max: 0 } }, 'ports'],
    ] as const) {
      const update = under(rules, { env: { A: '1' } });
      await expect(update).rejects.toMatchObject({ type: 'forbidden', data: { policy: member } });
    }
    const less = await under({ memoryBytes: { max: 32 * 1024 ** 2 } }, { memoryBytes: 16 * 1024 ** 2 });
    expect(less).toEqual([{ field: 'memoryBytes', from: '67108864', to: '16777216' }]);
  });

  it('takes no label of ours from an image', async () => {
    const labels = ['owner=eve', 'expires=2020-01-01T00:00:00Z', 'leash=x', 'key=k'].map((label) => `sextant.${label}`);
    await using image = await builtImage(imageName(), `FROM ${IMAGE}`, `LABEL ${labels.join(' ')} kind=image`);
    await using rig = await engineRig();
    const [own, foreign] = [rig.name(), rig.name()];
    await rig.client.call('container.create', { image: IMAGE, name: own, start: false });
    await docker('create', '--name', foreign, '--label', 'sextant.managed=true', IMAGE);
    const before = await inspect<Record<string, string>>(own, '.Config.Labels');
    for (const name of [own, foreign]) {
      expect(await startUpdate(rig.client, { target: name, image: image.name }).result).toMatchObject({
        updated: true,
      });
      expect(await inspect(name, '.Config.Labels')).toEqual({
        kind: 'image',
        'sextant.managed': 'true',
        'sextant.owner': name === own ? 'local' : '',
        'sextant.key': name === own ? before['sextant.key'] : '',
        'sextant.request': name === own ? before['sextant.request'] : '',
        'sextant.expires': '',
        'sextant.leash': '',
        'sextant.update': expect.stringContaining('"replaces"'),
      });
    }
    expect(await rig.client.call('container.inspect', { target: foreign })).not.toHaveProperty('owner');
  });

  it('takes the id of an image, and a name without a tag for one image', async () => {
    const tag = imageName();
    await using image = await builtImage(tag, `FROM ${IMAGE}`, 'ENV A=1');
    await using rig = await engineRig();
    const [name, bare] = [rig.name(), rig.name()];
    const id = await docker('image', 'inspect', '--format', '{{.Id}}', image.name);
    const shortId = id.slice('sha256:'.length, 'sha256:'.length + 12);
    await rig.client.call('container.create', { image: IMAGE, name, start: false });
    const update = (params: object) => startUpdate(rig.client, { target: name, ...params });
    const first = update({ image: shortId });
    expect(await first.result).toMatchObject({ updated: true });
    expect(first.changes()).toEqual([
      { field: 'image', from: `${IMAGE}:latest`, to: id },
      { field: 'env.A', to: '1' },
    ]);
    expect(await update({ image: shortId }).result).toMatchObject({ updated: false });
    expect(await update({ env: { A: '2' } }).result).toMatchObject({ updated: true });
    expect(await inspect(name, '.Config.Image')).toBe(id);
    await docker('create', '--name', bare, '--label', 'sextant.managed=true', shortId);
    expect(await startUpdate(rig.client, { target: bare }).result).toMatchObject({ updated: false });
    const [repository = ''] = tag.split(':');
    const nowhere = `localhost:1/${repository}`;
    await docker('tag', IMAGE, nowhere);
    const untagged = rig.name();
    await docker('create', '--name', untagged, '--label', 'sextant.managed=true', nowhere);
    await docker('rmi', nowhere);
    const missing = startUpdate(rig.client, { target: untagged, pull: 'always' }).result;
    await expect(missing).rejects.toMatchObject({ message: expect.stringContaining(`"${nowhere}:latest"`) });
  });

  it('has the old one back when it is cancelled', async () => {
    await using rig = await engineRig();
    const name = rig.name();
    const { id } = await rig.client.call('container.create', { image: IMAGE, name, command: OBEDIENT });
    for (const step of ['create', 'stop', 'start', 'wait']) {
      const client = await rig.connect();
      const update = startUpdate(client, { target: name, env: { A: step } });
      await waitFor(step, () => update.steps().includes(step));
      if (step === 'stop') client.close();
      else update.cancel();
      await expect(update.result).rejects.toThrow();
      await waitFor('only the old one', async () => {
        const found = await containersOf(name);
        return found.length === 1 && found[0]?.name === name && found[0].state === 'running' && found[0].id === id;
      });
    }
  });

  it('is understood by whoever watches', async () => {
    await using rig = await engineRig();
    const name = rig.name();
    const old = await rig.client.call('container.create', { image: IMAGE, name, command: OBEDIENT });
    const watch = rig.client.open('container.events', {});
    const seen: string[] = [];
    const read = (async () => {
      for await (const { item } of watch) {
        if (item && 'name' in item && item.name.startsWith(name))
          seen.push(`${item.id === old.id ? 'old' : 'new'} ${item.type}`);
        else seen.push('snapshot');
      }
    })();
    await waitFor('the snapshot', () => seen.length > 0);
    await startUpdate(rig.client, { target: name, env: { A: '1' } }).result;
    const changes = ['new created', 'old renamed', 'new renamed', 'old stopped', 'new started', 'old removed'];
    await waitFor('all', () => seen.filter((one) => one !== 'snapshot').join() === changes.join());
    watch.cancel();
    await watch.result.catch(() => {});
    await read;
  });

  it('is done in turn with all else that is asked of the container', async () => {
    await using rig = await engineRig();
    const name = rig.name();
    const { id } = await rig.client.call('container.create', { image: IMAGE, name, command: OBEDIENT });
    const first = startUpdate(rig.client, { target: name, env: { A: '1' } });
    await waitFor('it is under way', () => first.steps().includes('stop'));
    const second = startUpdate(rig.client, { target: id, env: { A: '2' } });
    const stopped = rig.client.call('container.stop', { target: id });
    expect((await first.result).id).not.toBe(id);
    const last = await second.result;
    expect(second.changes()).toEqual([{ field: 'env.A', from: '1', to: '2' }]);
    // Whichever of the two is in line first.
    expect(await stopped).toMatchObject({ name, state: 'exited' });
    expect(await containersOf(name)).toEqual([{ name, state: expect.not.stringMatching('running'), id: last.id }]);
  });

  it('keeps a forced removal waiting, by its name and both ids, but a stop does not', async () => {
    await using rig = await engineRig();
    for (const which of ['name', 'old', 'new'] as const) {
      const name = rig.name();
      const { id } = await rig.client.call('container.create', { image: IMAGE, name, command: OBEDIENT });
      const update = startUpdate(rig.client, { target: name, command: ['sh', '-c', 'exec sleep 60'] });
      await waitFor('it is under way', () => update.steps().includes('wait'));
      const fresh = (await containersOf(name)).find((one) => one.id !== id)?.id ?? '';
      const target = { name, old: id, new: fresh }[which];
      const removed = rig.client.call('container.remove', { target, force: true });
      if (which === 'name') expect(await update.result).toMatchObject({ id: fresh, updated: true });
      else {
        update.cancel();
        await expect(update.result).rejects.toMatchObject({ type: 'cancelled' });
      }
      expect(await removed).toEqual({ id: which === 'name' ? fresh : id, name, state: 'removed' });
      expect(await containersOf(name)).toEqual([]);
    }
    const name = rig.name();
    await rig.client.call('container.create', { image: IMAGE, name });
    const stopped = rig.client.call('container.stop', { target: name }).catch(() => {});
    await pause(100);
    await rig.client.call('container.remove', { target: name, force: true });
    await stopped;
  });

  it('is done once, and is honest where others remove what it is about', async () => {
    await using rig = await engineRig();
    const begin = async (...command: string[]) => {
      const name = rig.name();
      const { id } = await rig.client.call('container.create', { image: IMAGE, name, command: OBEDIENT });
      const update = startUpdate(rig.client, { target: id, command });
      await waitFor('it is under way', () => update.steps().includes('wait'));
      return { name, id, update };
    };
    await Promise.all([
      (async () => {
        const { name, id, update } = await begin(...OBEDIENT, 'other');
        await docker('rm', '--force', name);
        await expect(update.result).rejects.toThrow(`${name} is as it was, and runs again.`);
        expect(update.steps().filter((step) => step === 'create')).toHaveLength(1);
        expect(await containersOf(name)).toEqual([{ name, state: 'running', id }]);
      })(),
      (async () => {
        const { name, id, update } = await begin(...OBEDIENT, 'other');
        await docker('rm', '--force', id, name);
        await expect(update.result).rejects.toMatchObject({ type: 'not_found' });
        expect(await containersOf(name)).toEqual([]);
      })(),
      (async () => {
        const { name, id, update } = await begin('sh', '-c', 'sleep 1.5; exit 3');
        await docker('rm', '--force', id);
        await expect(update.result).rejects.toMatchObject({
          type: 'conflict',
          message: `The new container ended with exit code 3. Somebody else has removed the old one meanwhile; the new one is exited, and called ${name}.`,
        });
      })(),
    ]);
  });

  it('keeps the end of one that ends by itself, whoever made it', async () => {
    await using rig = await engineRig();
    const name = rig.name();
    {
      await using first = await rigAt(ENGINE);
      await first.client.call('container.create', { image: IMAGE, name, command: OBEDIENT, ttlMs: 5000 });
    }
    await startUpdate(rig.client, { target: name, env: { A: '1' } }).result;
    await waitFor('it is gone', async () => (await containersOf(name)).length === 0, 10_000);
  });
});
