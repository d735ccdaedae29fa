import { describe, expect, it } from '@jest/globals';
import { waitFor } from '@sextant/testing/wait';
import { allGone, bash, collect, isAlive, numbersOf, start } from '../rig.ts';

describe('process.adopt', () => {
  it('has a program live with whoever adopts it, and its former caller watch', async () => {
    await using rig = await start();
    const [former, adopter] = [await rig.connect(), await rig.connect()];
    const line = 'echo $$; while read line; do echo "<$line>"; [ "$line" = end ] && exit 4; done';
    const run = former.open('process.run', { program: 'bash', args: ['-c', line], name: 'job' });
    const watched = collect(run);
    await waitFor('it to run', async () => (await rig.client.call('process.list', {})).items[0]?.state === 'running');
    await run.write('stdin', Buffer.from('of the former\n'));
    const details = await adopter.call('process.adopt', { target: 'job' });
    expect(details).toMatchObject({ name: 'job', state: 'running', held: true, detached: false, owner: 'local' });
    const attached = adopter.open('process.attach', { target: 'job', since: 0, input: true });
    await run.write('stdin', Buffer.from('nobody reads this\nend\n'));
    run.end('stdin');
    await attached.write('stdin', Buffer.from('end\n'));
    expect(await attached.result).toMatchObject({ exitCode: 4 });
    const { stdout, result } = await watched;
    expect(result).toMatchObject({ id: details.id, exitCode: 4 });
    expect(stdout.toString()).toMatch(/^\d+\n<of the former>\n<end>\n$/);
  });

  it.each([
    ['attached', false],
    ['attached, and made detached', true],
  ])('keeps what was %s from ending with its former caller', async (_what, detached) => {
    await using rig = await start();
    const [former, adopter] = [await rig.connect(), await rig.connect()];
    const run = former.open('process.run', { program: 'bash', args: ['-c', 'echo $$; sleep 1000'] });
    const [pid = 0] = await numbersOf(run, 1);
    await adopter.call('process.adopt', { target: String(pid), detached });
    former.close();
    await expect(run.result).rejects.toThrow();
    // One that would end with its caller has ended by then.
    const other = await rig.connect();
    const bound = await other.call('process.start', { program: 'sleep', args: ['1000'] });
    other.close();
    await allGone([bound.pid], 2000);
    expect(isAlive(pid)).toBe(true);
    adopter.close();
    if (!detached) await allGone([pid], 2000);
    const { items } = await rig.client.call('process.list', { details: true });
    expect(items.find((one) => one.pid === pid)).toMatchObject({
      state: detached ? 'running' : 'killed',
      detached,
      held: false,
    });
  });

  it.each([{ leash: true }, { detached: true }])('holds what was started with %j', async (how) => {
    await using rig = await start();
    const [former, adopter] = [await rig.connect(), await rig.connect()];
    const { id, pid } = await former.call('process.start', { program: 'sleep', args: ['1000'], ...how });
    await adopter.call('process.adopt', { target: id });
    former.close();
    expect((await bash(rig.client, 'sleep 0.2')).result.exitCode).toBe(0);
    expect(isAlive(pid)).toBe(true);
    adopter.close();
    expect(await rig.client.call('process.wait', { target: id })).toMatchObject({ endedBy: 'connection' });
  });

  it("makes it its caller's, for whom the former owner may not speak any more", async () => {
    await using rig = await start();
    const [ann, bob] = [await rig.person('ann', 'process:*'), await rig.person('bob', 'process:run', 'process:close')];
    const { id } = await bob.call('process.start', { program: 'sleep', args: ['1000'], detached: true });
    await expect(bob.call('process.adopt', { target: id })).rejects.toMatchObject({ type: 'forbidden' });
    expect(await ann.call('process.adopt', { target: id, detached: true })).toMatchObject({ owner: 'ann' });
    await expect(bob.call('process.close', { target: id })).rejects.toMatchObject({ type: 'forbidden' });
    for await (const { item } of ann.open('process.events', { since: 1 })) {
      expect(item).toMatchObject({ seq: 2, type: 'adopted', owner: 'ann', run: { id } });
      break;
    }
    await ann.call('process.close', { target: id });
  });

  it('is refused for what is being ended, or over', async () => {
    await using rig = await start();
    const line = 'trap "" TERM; echo $$; while :; do sleep 0.1; done';
    const run = rig.client.open('process.run', { program: 'bash', args: ['-c', line], ttlMs: 500 });
    const [pid = 0] = await numbersOf(run, 1);
    const adopt = (): Promise<unknown> => rig.client.call('process.adopt', { target: 'bash', detached: true });
    const { items } = await rig.client.call('process.list', {});
    await waitFor('its time', async () => (await rig.client.call('process.list', {})).items[0]?.endedBy === 'ttl');
    await expect(adopt()).rejects.toMatchObject({ type: 'conflict', message: expect.stringContaining('being ended') });
    process.kill(-pid, 'SIGKILL');
    await run.result;
    await expect(adopt()).rejects.toMatchObject({ type: 'conflict', data: { ids: [items[0]?.id] } });
  });

  it('takes what waits for its turn, which then runs without its former caller', async () => {
    await using rig = await start();
    const queue = { name: 'q', limit: 1 };
    const first = await rig.client.call('process.start', { program: 'sleep', args: ['1000'], queue });
    const former = await rig.connect();
    const run = former.open('process.run', { program: 'sleep', args: ['1000'], queue, name: 'next' });
    await waitFor('it to wait', async () => (await rig.client.call('process.list', {})).items[0]?.state === 'queued');
    await rig.client.call('process.adopt', { target: 'next', detached: true });
    former.close();
    await expect(run.result).rejects.toThrow();
    await rig.client.call('process.close', { target: first.id });
    await waitFor('its turn', async () => (await rig.client.call('process.list', {})).items[0]?.state === 'running');
  });

  it('takes the input of what waits for its turn, too, and answers who leaves it', async () => {
    await using rig = await start();
    const queue = { name: 'q', limit: 1 };
    const first = await rig.client.call('process.start', { program: 'sleep', args: ['1000'], queue });
    const runs = ['one', 'two'].map((name) => rig.client.open('process.run', { program: 'cat', queue, name }));
    const isQueued = async (): Promise<boolean> =>
      (await rig.client.call('process.list', {})).items.filter(({ state }) => state === 'queued').length === 2;
    await waitFor('both to wait', isQueued);
    for (const target of ['one', 'two']) await rig.client.call('process.adopt', { target, detached: true });
    runs[0]?.end('stdin');
    runs[1]?.cancel();
    await expect(runs[1]?.result).rejects.toMatchObject({ type: 'cancelled' });
    expect(await isQueued()).toBe(true);
    await rig.client.call('process.close', { target: first.id });
    for (const target of ['one', 'two']) {
      const attached = rig.client.open('process.attach', { target, input: true });
      await attached.write('stdin', Buffer.from(target));
      attached.end('stdin');
      expect(await attached.result).toMatchObject({ exitCode: 0, output: { to: target.length } });
    }
    expect(await runs[0]?.result).toMatchObject({ exitCode: 0 });
  });
});
