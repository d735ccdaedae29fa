import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { outside } from '@sextant/testing/outside';
import { waitFor } from '@sextant/testing/wait';
import { allGone, isAlive, outputOf, start } from '../rig.ts';

/** Waits for the numbers a started program prints. */
async function numbersIn(home: string, id: string, count: number): Promise<number[]> {
  const printed = async (): Promise<number[]> => (await outputOf(home, id)).split('\n').slice(0, -1).map(Number);
  await waitFor(`${count} numbers`, async () => (await printed()).length >= count);
  return outside(await printed());
}

describe('process.start', () => {
  it('answers once it runs, and keeps what it prints in a file', async () => {
    await using rig = await start();
    const line = 'cat; echo out; echo err >&2; sleep 0.2; echo more';
    const { id, pid } = await rig.client.call('process.start', { program: 'bash', args: ['-c', line] });
    expect(isAlive(pid)).toBe(true);
    await allGone([pid], 3000);
    expect(await outputOf(rig.home, id)).toBe('out\nerr\nmore\n');
  });

  it('leaves no file of what could not be started', async () => {
    await using rig = await start();
    await expect(rig.client.call('process.start', { program: 'no-such-program' })).rejects.toMatchObject({
      type: 'not_found',
      data: { reason: 'ENOENT' },
    });
    expect(await readdir(join(rig.home, 'process-server', 'runs'))).toEqual([]);
  });

  it("ends with its client's connection, with all that it started", async () => {
    await using rig = await start();
    const client = await rig.connect();
    const line = 'setsid sleep 1000 & echo $!; (setsid sleep 1000 & echo $!); exec sleep 1000';
    const { id, pid } = await client.call('process.start', { program: 'bash', args: ['-c', line] });
    const others = await numbersIn(rig.home, id, 2);
    expect([pid, ...others].every(isAlive)).toBe(true);
    client.close();
    await allGone([pid, ...others], 2000);
    const { items } = await rig.client.call('process.list', { scope: 'all' });
    expect(items).toMatchObject([{ id, state: 'killed', signal: 'SIGTERM' }]);
  });

  it('ends what it left behind, unless detached', async () => {
    await using rig = await start();
    const args = ['-c', '(setsid sleep 1000 & echo $!); sleep 0.1'];
    const bound = await rig.client.call('process.start', { program: 'bash', args });
    const detached = await rig.client.call('process.start', { program: 'bash', args, detached: true });
    const [one = 0] = await numbersIn(rig.home, bound.id, 1);
    const [other = 0] = await numbersIn(rig.home, detached.id, 1);
    await allGone([one], 4000);
    expect(isAlive(other)).toBe(true);
  });

  it('goes on without its client where it is detached', async () => {
    await using rig = await start();
    const client = await rig.connect();
    const { id, pid } = await client.call('process.start', { program: 'sleep', args: ['1000'], detached: true });
    const { pid: bound } = await client.call('process.start', { program: 'sleep', args: ['1000'] });
    client.close();
    await allGone([bound], 2000);
    expect(isAlive(pid)).toBe(true);
    await rig.client.call('process.close', { target: id });
    expect(isAlive(pid)).toBe(false);
  });
});
