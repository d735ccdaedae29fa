import { createHash, randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { waitFor } from '@sextant/testing/wait';
import { rigAt } from '../app.ts';
import { hear } from '../conversation.ts';
import { describeWithEngine, docker, engineRig, IMAGE, type EngineRig } from '../real-engine.ts';
import { serveSocket, socketPath, toEngine } from '../socket.ts';

async function sleeping(rig: EngineRig): Promise<string> {
  return (await rig.client.call('container.create', { image: IMAGE, name: rig.name() })).name;
}

/** The programs of a container that carry a text in their arguments. */
async function running(name: string, text: string): Promise<string[]> {
  const lines = (await docker('top', name, '-eo', 'pid,args')).split('\n');
  return lines.filter((line) => line.replace(/^\s*\d+/, '').includes(text));
}

describeWithEngine('container.exec', () => {
  it('tells output, errors and exit code apart', async () => {
    await using rig = await engineRig();
    const target = await sleeping(rig);
    const command = ['sh', '-c', 'echo out; echo "$A" >&2; pwd; exit 7'];
    const stream = rig.client.open('container.exec', { target, command, env: { A: 'x = y' }, cwd: '/etc' });
    const heard = hear(stream);
    expect(await stream.result).toEqual({ exitCode: 7 });
    await heard.over;
    expect({ stdout: heard.stdout(), stderr: heard.stderr() }).toEqual({ stdout: 'out\n/etc\n', stderr: 'x = y\n' });
  });

  it('passes input on, byte by byte and to its end', async () => {
    await using rig = await engineRig();
    const target = await sleeping(rig);
    const stream = rig.client.open('container.exec', { target, command: ['sha256sum'] });
    const heard = hear(stream);
    const bytes = randomBytes(3_000_000);
    expect(await stream.write('stdin', bytes)).toBe(true);
    stream.end('stdin');
    expect(await stream.result).toEqual({ exitCode: 0 });
    await heard.over;
    expect(heard.stdout()).toBe(`${createHash('sha256').update(bytes).digest('hex')}  -\n`);
  });

  it('prints 20 MB, whole and in order, of which little waits for a client that does not read', async () => {
    await using rig = await engineRig();
    const target = await sleeping(rig);
    const script = 'seq 1000000 | tee /tmp/seq | sha256sum >&2; cat /tmp/seq /tmp/seq /tmp/seq; touch /tmp/done';
    const stream = rig.client.open('container.exec', { target, command: ['sh', '-c', script] });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await expect(docker('exec', target, 'ls', '/tmp/done')).rejects.toThrow('No such file');
    const digest = createHash('sha256');
    let size = 0;
    for await (const { channel, body } of stream) {
      if (channel !== 'stdout' || !body) continue;
      size += body.length;
      digest.update(body);
    }
    expect(await stream.result).toEqual({ exitCode: 0 });
    const lines = Array.from({ length: 1_000_000 }, (_, at) => `${at + 1}\n`).join('');
    expect(size).toBe(3 * lines.length);
    expect(digest.digest('hex')).toBe(createHash('sha256').update(lines.repeat(3)).digest('hex'));
  });

  it('has a terminal of the size that is asked for, which may change', async () => {
    await using rig = await engineRig();
    const target = await sleeping(rig);
    const command = ['sh'];
    const stream = rig.client.open('container.exec', { target, command, tty: true, columns: 91, rows: 33 });
    const heard = hear(stream);
    await waitFor('the size', async () => {
      await stream.write('stdin', Buffer.from('stty size\n'));
      return heard.stdout().includes('33 91');
    });
    stream.send({ columns: 120, rows: 40 });
    await stream.write('stdin', Buffer.from('stty size; ls /nope\n'));
    await heard.shows('40 120');
    await heard.shows('No such file');
    await stream.write('stdin', Buffer.from('sleep 1006\n'));
    await waitFor('the sleep', async () => (await running(target, 'sleep 1006')).length === 1);
    await stream.write('stdin', Buffer.from('\x03'));
    await stream.write('stdin', Buffer.from('echo "code $?"\n'));
    await heard.shows('code 130');
    stream.end('stdin');
    expect(await stream.result).toEqual({ exitCode: 0 });
    expect(heard.stderr()).toBe('');
  });

  it('lets a terminal have every key, those too at which Docker would leave it', async () => {
    await using rig = await engineRig();
    const target = await sleeping(rig);
    const command = ['sh', '-c', 'stty -ixon -icanon; echo ready; cat -v'];
    const stream = rig.client.open('container.exec', { target, command, tty: true });
    const heard = hear(stream);
    await heard.shows('ready');
    await stream.write('stdin', Buffer.from('\x10\x11'));
    await heard.shows('^P^Q');
    stream.cancel();
    await expect(stream.result).rejects.toMatchObject({ type: 'cancelled' });
  });

  it('ends the input of a terminal, also within a line', async () => {
    await using rig = await engineRig();
    const target = await sleeping(rig);
    for (const text of ['abc', 'abc\n', '']) {
      const stream = rig.client.open('container.exec', { target, command: ['cat'], tty: true });
      const heard = hear(stream);
      await stream.write('stdin', Buffer.from(text));
      stream.end('stdin');
      expect(await stream.result).toEqual({ exitCode: 0 });
      await heard.over;
      expect(heard.stdout().match(/abc/g) ?? []).toHaveLength(text === '' ? 0 : 2);
    }
  });

  it('runs beside others, and while its container is being stopped', async () => {
    await using rig = await engineRig();
    const target = await sleeping(rig);
    const stopping = rig.client.call('container.stop', { target, timeoutMs: 20_000 }).catch((error: unknown) => error);
    const many = Array.from(
      { length: 20 },
      () => rig.client.open('container.exec', { target, command: ['true'] }).result,
    );
    expect(await Promise.all(many)).toEqual(many.map(() => ({ exitCode: 0 })));
    await rig.client.call('container.remove', { target, force: true });
    await stopping;
  }, 15_000);

  it('is to be asked again where its container is being started again', async () => {
    await using rig = await engineRig();
    const target = rig.name();
    const command = ['false'];
    await rig.client.call('container.create', { image: IMAGE, name: target, command, restart: 'always' });
    await waitFor('a pause between two starts', async () => {
      const state = await docker('inspect', '--format', '{{.State.Status}}', target);
      return state === 'restarting';
    });
    const asked = rig.client.open('container.exec', { target, command: ['true'] }).result;
    await expect(asked).rejects.toMatchObject({ type: expect.stringMatching(/^(busy|conflict)$/) });
    expect(await rig.client.call('container.stats', { target, once: true })).toMatchObject({ name: target });
  });

  it('refuses an item that is no size, and goes on', async () => {
    await using rig = await engineRig();
    const target = await sleeping(rig);
    const stream = rig.client.open('container.exec', { target, command: ['cat'] });
    const heard = hear(stream);
    stream.send({ columns: 0, rows: 40 });
    await stream.write('stdin', Buffer.from('on'));
    stream.end('stdin');
    expect(await stream.result).toEqual({ exitCode: 0 });
    await heard.over;
    expect(heard.stdout()).toBe('on');
  });

  it.each([
    [['there-is-no-such-program'], false, 'not_found', 'executable file not found in $PATH.'],
    [['/etc/passwd'], true, 'invalid_params', 'permission denied.'],
  ])('says in the words of the engine why %j cannot start', async (command, tty, type, words) => {
    await using rig = await engineRig();
    const target = await sleeping(rig);
    const stream = rig.client.open('container.exec', { target, command, tty });
    const heard = hear(stream);
    const error: unknown = await stream.result.catch((error: unknown) => error);
    expect(error).toMatchObject({ type, data: { exitCode: expect.any(Number) } });
    expect(error).toMatchObject({ message: `The Docker engine says: exec: "${command[0]}": ${words}` });
    expect([126, 127]).toContain((error as { data: { exitCode: number } }).data.exitCode);
    await heard.over;
    expect(heard.stdout()).toBe('');
  });

  it('lets a program print what the engine would say', async () => {
    await using rig = await engineRig();
    const target = await sleeping(rig);
    const text = 'OCI runtime exec failed: not at all';
    const stream = rig.client.open('container.exec', { target, command: ['sh', '-c', `echo "${text}"; exit 126`] });
    const heard = hear(stream);
    expect(await stream.result).toEqual({ exitCode: 126 });
    await heard.over;
    expect(heard.stdout()).toBe(`${text}\n`);
  });

  it('says what to type where the container does not run', async () => {
    await using rig = await engineRig();
    const target = await sleeping(rig);
    await docker('pause', target);
    const command = ['true'];
    await expect(rig.client.open('container.exec', { target, command }).result).rejects.toMatchObject({
      type: 'conflict',
      message: `${target} is paused: unpause it first (sextant container unpause ${target}).`,
    });
    await docker('unpause', target);
    await docker('kill', target);
    await expect(rig.client.open('container.exec', { target, command }).result).rejects.toMatchObject({
      type: 'conflict',
      message: `${target} is exited: start it first (sextant container start ${target}).`,
    });
  });

  it('leaves alone what was not made here', async () => {
    await using rig = await engineRig();
    const target = rig.name();
    await docker('run', '--detach', '--name', target, IMAGE);
    await expect(rig.client.open('container.exec', { target, command: ['true'] }).result).rejects.toMatchObject({
      type: 'forbidden',
    });
  });

  it('tells the exit code when its container is killed', async () => {
    await using rig = await engineRig();
    const target = await sleeping(rig);
    const stream = rig.client.open('container.exec', { target, command: ['sh', '-c', 'echo on; sleep 1000'] });
    await hear(stream).shows('on');
    await docker('kill', target);
    expect(await stream.result).toEqual({ exitCode: 137 });
  });
});

describeWithEngine('container.exec, left by its caller', () => {
  it.each([
    ['sleeps', 'echo on; sleep 1007 & sleep 1007', false],
    ['ignores TERM', 'trap "" TERM; echo on; sleep 1007 & while :; do sleep 1007; done', false],
    ['prints without end', 'echo on; yes 1007', false],
    ['has a terminal', 'echo on; sleep 1007', true],
  ])('ends a program that %s, and what it started', async (_what, script, tty) => {
    await using rig = await engineRig();
    const target = await sleeping(rig);
    const stream = rig.client.open('container.exec', { target, command: ['sh', '-c', script], tty });
    for await (const { body } of stream) if (body) break;
    expect(await running(target, '1007')).not.toHaveLength(0);
    stream.cancel();
    await expect(stream.result).rejects.toMatchObject({ type: 'cancelled' });
    expect(await running(target, '1007')).toHaveLength(0);
    expect(await docker('inspect', '--format', '{{.State.Status}}', target)).toBe('running');
  });

  it('lets go of the engine, also when the connection is lost', async () => {
    await using at = await socketPath();
    await using engine = await serveSocket(at, toEngine);
    await using direct = await engineRig();
    const target = await sleeping(direct);
    await using rig = await rigAt(at.url);
    const stream = rig.client.open('container.exec', { target, command: ['sh', '-c', 'echo on; sleep 1008'] });
    await hear(stream).shows('on');
    rig.client.close();
    await waitFor('the end of the program', async () => (await running(target, '1008')).length === 0, 10_000);
    await waitFor('no connection is kept', () => engine.connections.size === 0, 10_000);
  });

  it('says so when the engine goes away', async () => {
    await using at = await socketPath();
    const engine = await serveSocket(at, toEngine);
    await using direct = await engineRig();
    const target = await sleeping(direct);
    await using rig = await rigAt(at.url);
    const stream = rig.client.open('container.exec', { target, command: ['sh', '-c', 'echo on; sleep 1009'] });
    await hear(stream).shows('on');
    await engine[Symbol.asyncDispose]();
    await expect(stream.result).rejects.toMatchObject({ type: 'dependency_down', data: { dependency: 'docker' } });
  });
});
