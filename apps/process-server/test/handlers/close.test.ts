import { describe, expect, it } from '@jest/globals';
import { waitFor } from '@sextant/testing/wait';
import { collect, firstOf, isAlive, numbersOf, start, type Processes } from '../rig.ts';

function sleeper(client: Processes, name?: string): Promise<{ id: string; pid: number | null }> {
  return client.call('process.start', { program: 'sleep', args: ['1000'], name });
}

describe('process.close', () => {
  it.each([
    ['process id', ({ pid }: { id: string; pid: number | null }) => String(pid)],
    ['id', ({ id }: { id: string; pid: number | null }) => id],
    ['beginning of an id', ({ id }: { id: string; pid: number | null }) => id.slice(0, 8)],
  ])('ends a program by its %s', async (_what, targetOf) => {
    await using rig = await start();
    const [one, other] = [await sleeper(rig.client), await sleeper(rig.client)];
    const { items } = await rig.client.call('process.close', { target: targetOf(one) });
    expect(items).toMatchObject([{ ...one, name: 'sleep', state: 'killed', exitCode: null, signal: 'SIGTERM' }]);
    expect([isAlive(one.pid), isAlive(other.pid)]).toEqual([false, true]);
  });

  it('ends the only one of a name, also for another client', async () => {
    await using rig = await start();
    const { pid } = await sleeper(rig.client, 'job.1');
    const { items } = await (await rig.connect()).call('process.close', { target: 'job.1' });
    expect(items).toMatchObject([{ pid, state: 'killed' }]);
  });

  it('ends several of a name only when all are meant', async () => {
    await using rig = await start();
    const [one, two, other] = [
      await sleeper(rig.client, 'job'),
      await sleeper(rig.client, 'job'),
      await sleeper(rig.client),
    ];
    await expect(rig.client.call('process.close', { target: 'job' })).rejects.toMatchObject({
      type: 'conflict',
      data: { ids: [two.id, one.id] },
      message: expect.stringContaining(one.id),
    });
    expect([one, two, other].every(({ pid }) => isAlive(pid))).toBe(true);
    const { items } = await rig.client.call('process.close', { target: 'job', all: true });
    expect(items.map(({ id }) => id)).toEqual([two.id, one.id]);
    expect([one, two, other].map(({ pid }) => isAlive(pid))).toEqual([false, false, true]);
  });

  it('takes a beginning for an id only where it is the only such one, and long enough', async () => {
    await using rig = await start();
    const { id } = await sleeper(rig.client);
    await expect(rig.client.call('process.close', { target: id.slice(0, 3) })).rejects.toMatchObject({
      type: 'not_found',
    });
    await rig.client.call('process.close', { target: id.slice(0, 4) });
  });

  it('suggests what comes near a target that does not run', async () => {
    await using rig = await start();
    await sleeper(rig.client, 'backup');
    await expect(rig.client.call('process.close', { target: 'bakup' })).rejects.toMatchObject({
      type: 'not_found',
      data: { suggestions: ['backup'] },
    });
  });

  it('names what it does not find: of what runs, or of what ran too', async () => {
    await using rig = await start();
    const queue = { name: 'q', limit: 1 };
    for (const name of ['first', 'next'])
      await rig.client.call('process.start', { program: 'sleep', args: ['1000'], name, queue });
    const refused = (message: string): object => ({ type: 'not_found', message });
    for (const target of ['null', 'nobody']) {
      const close = rig.client.call('process.close', { target });
      await expect(close).rejects.toMatchObject(refused(`No program "${target}" runs.`));
      const wait = rig.client.call('process.wait', { target });
      await expect(wait).rejects.toMatchObject(refused(`There is no program "${target}".`));
    }
  });

  it('says that a program is over already, and how it ended', async () => {
    await using rig = await start();
    const { result } = await collect(rig.client.open('process.run', { program: 'sh', args: ['-c', 'exit 4'] }));
    for (const target of [result.id, String(result.pid), 'sh']) {
      await expect(rig.client.call('process.close', { target })).rejects.toMatchObject({
        type: 'conflict',
        data: { ids: [result.id], state: 'exited' },
        message: expect.stringContaining('exited with 4'),
      });
    }
  });

  it('ends all that a program started, wherever it went', async () => {
    await using rig = await start();
    const line =
      'setsid sleep 1000 & echo $!; (setsid sleep 1000 & echo $!); setsid setsid bash -c "sleep 1000 & echo \\$!"; exec sleep 1000';
    const stream = rig.client.open('process.run', { program: 'bash', args: ['-c', line], name: 'family' });
    const pids = await numbersOf(stream, 3);
    expect(pids.every(isAlive)).toBe(true);
    await rig.client.call('process.close', { target: 'family' });
    expect(pids.some(isAlive)).toBe(false);
    expect(await stream.result).toMatchObject({ exitCode: null, signal: 'SIGTERM' });
  });

  it('ends a program that is stopped', async () => {
    await using rig = await start();
    const { pid } = await sleeper(rig.client);
    process.kill(pid ?? 0, 'SIGSTOP');
    const begin = performance.now();
    await rig.client.call('process.close', { target: String(pid) });
    expect(isAlive(pid)).toBe(false);
    expect(performance.now() - begin).toBeLessThan(2000);
  });

  it('kills what ignores TERM after five seconds', async () => {
    await using rig = await start();
    const line =
      'trap "" TERM; (setsid bash -c "trap \\"\\" TERM; echo \\$\\$; while :; do sleep 1; done" &); echo $$; while :; do sleep 1; done';
    const stream = rig.client.open('process.run', { program: 'bash', args: ['-c', line], name: 'deaf' });
    const pids = await numbersOf(stream, 2);
    const begin = performance.now();
    const { items } = await rig.client.call('process.close', { target: 'deaf' });
    const took = performance.now() - begin;
    expect(items).toMatchObject([{ name: 'deaf', state: 'killed', signal: 'SIGKILL' }]);
    expect(pids.some(isAlive)).toBe(false);
    expect(took).toBeGreaterThan(4900);
    expect(took).toBeLessThan(6000);
  });

  it('leaves a program the time to end well', async () => {
    await using rig = await start();
    const line = 'trap "sleep 1; exit 9" TERM; echo 1; while :; do sleep 0.1; done';
    const stream = rig.client.open('process.run', { program: 'bash', args: ['-c', line], name: 'polite' });
    await numbersOf(stream, 1);
    const { items } = await rig.client.call('process.close', { target: 'polite' });
    expect(items).toMatchObject([{ state: 'exited', exitCode: 9 }]);
  });

  it('tells how many processes ended, and which ports are free since', async () => {
    await using rig = await start();
    const listen = 'const s = require("net").createServer().listen(0, () => console.log(s.address().port))';
    const line = `sleep 1000 & setsid node -e '${listen}' & exec node -e '${listen}'`;
    const stream = rig.client.open('process.run', { program: 'bash', args: ['-c', line], name: 'web' });
    const ports = await firstOf(stream, 2);
    const { items } = await rig.client.call('process.close', { target: 'web' });
    expect(items).toMatchObject([{ name: 'web', endedBy: 'close', processes: 3, ports: ports.sort((a, b) => a - b) }]);
    await sleeper(rig.client, 'quiet');
    const quiet = await rig.client.call('process.close', { target: 'quiet' });
    expect(quiet.items).toMatchObject([{ processes: 1, ports: [] }]);
  });

  it('may be asked twice at a time', async () => {
    await using rig = await start();
    const { id } = await sleeper(rig.client);
    const answers = await Promise.all([1, 2].map(() => rig.client.call('process.close', { target: id })));
    expect(answers.map(({ items }) => items.length)).toEqual([1, 1]);
    await waitFor(
      'the list to agree',
      async () => (await rig.client.call('process.list', {})).items[0]?.state === 'killed',
    );
  });
});
