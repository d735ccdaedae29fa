import { describe, expect, it } from '@jest/globals';
import { OTHERS_SCOPE } from '@sextant/protocol/process';
import { waitFor } from '@sextant/testing/wait';
import { collect, isAlive, start, type Processes } from '../rig.ts';

/** A program that goes on without its client. */
function sleeper(client: Processes, name: string): Promise<{ id: string; pid: number | null }> {
  return client.call('process.start', { program: 'sleep', args: ['1000'], name, detached: true });
}

describe('a program of somebody else', () => {
  it('is touched only with the scope for that, by every method that takes a target', async () => {
    await using rig = await start();
    const [ann, bob] = [await rig.person('ann', 'process:*'), await rig.person('bob', 'process:run')];
    const eve = await rig.person('eve', 'process:run', 'process:attach', 'process:read', 'process:close');
    const { id: target, pid } = await sleeper(bob, 'web');
    for (const touch of [
      () => collect(eve.open('process.attach', { target }) as never),
      () => collect(eve.open('process.logs', { target }) as never),
      () => eve.call('process.signal', { target, signal: 'SIGTERM' }),
      () => eve.call('process.close', { target: 'web' }),
      () => eve.call('process.close', { target: 'web', all: true }),
      () => eve.call('process.wait', { target: String(pid) }),
    ]) {
      await expect(touch()).rejects.toMatchObject({
        type: 'forbidden',
        data: { owner: 'bob', scope: OTHERS_SCOPE },
        message: expect.stringMatching(/"web" \([0-9a-f]{12}\) belongs to "bob", and "eve" lacks .*"process:others"/),
      });
    }
    expect(isAlive(pid)).toBe(true);
    // Whoever has the whole service, or everything, has that scope too.
    await ann.call('process.signal', { target, signal: 'SIGCONT' });
    const { items } = await rig.client.call('process.close', { target });
    expect(items).toMatchObject([{ id: target, state: 'killed' }]);
  });

  it('is not meant by a name that one has given oneself', async () => {
    await using rig = await start();
    const [ann, bob] = [await rig.person('ann', 'process:*'), await rig.person('bob', 'process:run')];
    const own = await sleeper(ann, 'web');
    const other = await sleeper(bob, 'web');
    const { items } = await ann.call('process.close', { target: 'web', all: true });
    expect(items).toMatchObject([{ id: own.id }]);
    expect(isAlive(other.pid)).toBe(true);
    // One's own is meant also when it is over, where that is enough.
    expect(await ann.call('process.wait', { target: 'web' })).toMatchObject({ id: own.id });
    expect(await ann.call('process.close', { target: 'web' })).toMatchObject({ items: [{ id: other.id }] });
  });

  it('is listed with its owner, and without what it was told', async () => {
    await using rig = await start();
    const [ann, bob] = [await rig.person('ann', 'process:*'), await rig.person('bob', 'process:run', 'process:read')];
    await sleeper(ann, 'secret');
    await ann.call('process.start', { program: '/', args: ['password'] }).catch(() => {});
    await sleeper(bob, 'own');
    const { items } = await bob.call('process.list', { scope: 'all', details: true });
    expect(items).toMatchObject([
      { name: 'own', owner: 'bob', args: ['1000'] },
      { name: '/', owner: 'ann', state: 'failed', reason: 'EISDIR' },
      { name: 'secret', owner: 'ann', state: 'running' },
    ]);
    for (const foreign of items.slice(1)) {
      for (const member of ['program', 'args', 'cwd', 'output', 'message']) expect(foreign).not.toHaveProperty(member);
    }
    const all = await ann.call('process.list', { scope: 'all', details: true });
    expect(all.items).toMatchObject([{ args: ['1000'] }, { message: expect.stringContaining('folder') }, {}]);
  });

  it('is not among the own ones, which are those of all connections of a person', async () => {
    await using rig = await start();
    const bob = await rig.person('bob', 'process:run', 'process:read');
    const { id } = await sleeper(rig.client, 'one');
    await sleeper(bob, 'other');
    const elsewhere = await rig.connect();
    const mine = async (client: Processes): Promise<string[]> =>
      (await client.call('process.list', {})).items.map(({ name }) => name);
    expect([await mine(elsewhere), await mine(bob)]).toEqual([['one'], ['other']]);
    await elsewhere.call('process.close', { target: id });
    await waitFor('its end', async () => (await rig.client.call('process.list', {})).items[0]?.state === 'killed');
  });
});
