import { expect, it } from '@jest/globals';
import { waitFor } from '@sextant/testing/wait';
import { rigAt } from '../app.ts';
import { hear } from '../conversation.ts';
import { describeWithEngine, docker, engineRig, IMAGE } from '../real-engine.ts';
import { serveSocket, socketPath, toEngine } from '../socket.ts';

/** Repeats each line on both outputs, and ends at "end". */
const REPEATING = [
  'sh',
  '-c',
  'while read -r line; do [ "$line" = end ] && exit 5; echo "o $line"; echo "e $line" >&2; done; exit 6',
];

describeWithEngine('container.attach', () => {
  it('talks with the program to its end', async () => {
    await using rig = await engineRig();
    const made = { image: IMAGE, name: rig.name(), command: REPEATING, stdin: true };
    const { id, name } = await rig.client.call('container.create', made);
    const stream = rig.client.open('container.attach', { target: name });
    const heard = hear(stream);
    await stream.write('stdin', Buffer.from('one\n'));
    await heard.shows('o one');
    expect(heard.items).toEqual([{ id, name, tty: false, stdin: true }]);
    await stream.write('stdin', Buffer.from('end\n'));
    expect(await stream.result).toEqual({ exitCode: 5 });
    await heard.over;
    expect(heard.stderr()).toBe('e one\n');
  });

  it('leaves the program and its input open when its callers go, one after the other', async () => {
    await using at = await socketPath();
    await using engine = await serveSocket(at, toEngine);
    await using direct = await engineRig();
    const target = direct.name();
    await direct.client.call('container.create', { image: IMAGE, name: target, command: REPEATING, stdin: true });
    {
      await using rig = await rigAt(at.url);
      const cancelled = rig.client.open('container.attach', { target });
      const first = hear(cancelled);
      await cancelled.write('stdin', Buffer.from('one\n'));
      cancelled.end('stdin');
      await first.shows('o one');
      cancelled.cancel();
      await expect(cancelled.result).rejects.toMatchObject({ type: 'cancelled' });
      const lost = rig.client.open('container.attach', { target });
      const second = hear(lost);
      await lost.write('stdin', Buffer.from('two\n'));
      await second.shows('o two');
      rig.client.close();
      await waitFor('no connection is kept', () => engine.connections.size === 0, 10_000);
    }
    const stream = direct.client.open('container.attach', { target });
    const heard = hear(stream);
    await stream.write('stdin', Buffer.from('three\n'));
    await heard.shows('o three');
    await stream.write('stdin', Buffer.from('end\n'));
    expect(await stream.result).toEqual({ exitCode: 5 });
    expect(heard.stdout()).toBe('o three\n');
  });

  it('only shows what was made without input', async () => {
    await using rig = await engineRig();
    const target = rig.name();
    const command = ['sh', '-c', 'while :; do read line && echo got $line; echo on; sleep 0.1; done'];
    await rig.client.call('container.create', { image: IMAGE, name: target, command });
    const stream = rig.client.open('container.attach', { target });
    const heard = hear(stream);
    await stream.write('stdin', Buffer.from('is dropped\n'));
    stream.end('stdin');
    await heard.shows('on\non\non\n');
    expect(heard.items).toMatchObject([{ stdin: false, tty: false }]);
    await docker('kill', target);
    expect(await stream.result).toEqual({ exitCode: 137 });
  });

  it('is a terminal where the container has one, of the size that it is given', async () => {
    await using rig = await engineRig();
    const target = rig.name();
    await rig.client.call('container.create', { image: IMAGE, name: target, command: ['sh'], tty: true, stdin: true });
    const stream = rig.client.open('container.attach', { target });
    const heard = hear(stream);
    stream.send({ columns: 101, rows: 31 });
    await stream.write('stdin', Buffer.from('stty size; ls /nope\n'));
    await heard.shows('31 101');
    await heard.shows('No such file');
    expect(heard.items).toMatchObject([{ stdin: true, tty: true }]);
    await stream.write('stdin', Buffer.from('exit 3\n'));
    expect(await stream.result).toEqual({ exitCode: 3 });
    expect(heard.stderr()).toBe('');
  });

  it('says what to type where the container does not run', async () => {
    await using rig = await engineRig();
    const target = rig.name();
    await rig.client.call('container.create', { image: IMAGE, name: target, start: false });
    await expect(rig.client.open('container.attach', { target }).result).rejects.toMatchObject({
      type: 'conflict',
      message: `${target} is created: start it first (sextant container start ${target}).`,
    });
  });

  it('says so when the engine goes away', async () => {
    await using at = await socketPath();
    const engine = await serveSocket(at, toEngine);
    await using direct = await engineRig();
    const target = direct.name();
    await direct.client.call('container.create', { image: IMAGE, name: target });
    await using rig = await rigAt(at.url);
    const stream = rig.client.open('container.attach', { target });
    const heard = hear(stream);
    await waitFor('the first item', () => heard.items.length === 1);
    await engine[Symbol.asyncDispose]();
    await expect(stream.result).rejects.toMatchObject({ type: 'dependency_down', data: { dependency: 'docker' } });
  });
});
