import { describe, expect, it } from '@jest/globals';
import { bash, collect, start } from '../rig.ts';

describe('process.list', () => {
  it("lists the caller's own programs or everybody's, newest first", async () => {
    await using rig = await start();
    const other = await rig.person('other', 'process:run', 'process:read');
    await collect(rig.client.open('process.run', { program: 'true' }));
    await collect(other.open('process.run', { program: 'false' }));
    await bash(rig.client, 'kill -9 $$');
    const { pid } = await rig.client.call('process.start', { program: 'sleep', args: ['1000'], name: 'long' });
    const mine = await rig.client.call('process.list', {});
    expect(mine.items).toMatchObject([
      { name: 'long', pid, state: 'running', endedAt: null, exitCode: null, signal: null },
      { name: 'bash', state: 'killed', signal: 'SIGKILL', exitCode: null },
      { name: 'true', state: 'exited', signal: null, exitCode: 0 },
    ]);
    expect((await rig.client.call('process.list', { running: true })).items).toMatchObject([{ name: 'long' }]);
    const all = await other.call('process.list', { scope: 'all' });
    expect(all.items.map(({ name }) => name)).toEqual(['long', 'bash', 'false', 'true']);
    expect((await other.call('process.list', {})).items).toHaveLength(1);
  });

  it('says how long each ran, and goes on counting for what runs', async () => {
    await using rig = await start();
    await bash(rig.client, 'sleep 0.3');
    await rig.client.call('process.start', { program: 'sleep', args: ['1000'] });
    const { items } = await rig.client.call('process.list', {});
    const [running, ended] = items;
    expect(ended?.elapsedMs).toBeGreaterThanOrEqual(295);
    expect(ended?.startedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const apart = Date.parse(ended?.endedAt ?? '') - Date.parse(ended?.startedAt ?? '');
    expect(Math.abs(apart - (ended?.elapsedMs ?? 0))).toBeLessThan(20);
    const later = (await bash(rig.client, 'sleep 0.2'), await rig.client.call('process.list', {})).items;
    expect(later[1]?.elapsedMs).toBeGreaterThanOrEqual((running?.elapsedMs ?? 0) + 195);
    expect(later[2]).toEqual(ended);
  });

  it('tells the details of a run, and why one failed', async () => {
    await using rig = await start({ cwd: '/usr' });
    await expect(rig.client.call('process.start', { program: '/', cwd: '/tmp' })).rejects.toThrow();
    await rig.client.call('process.start', { program: 'sleep', args: ['1000', '1'], detached: true });
    const { items } = await rig.client.call('process.list', { details: true });
    const owner = expect.stringMatching(/./);
    expect(items).toMatchObject([
      { program: 'sleep', args: ['1000', '1'], cwd: '/usr', owner, detached: true },
      {
        program: '/',
        args: [],
        cwd: '/tmp',
        owner,
        detached: false,
        state: 'failed',
        reason: 'EISDIR',
        pid: null,
        elapsedMs: 0,
      },
    ]);
    expect((await rig.client.call('process.list', {})).items[0]).not.toHaveProperty('program');
  });

  it('gives page after page', async () => {
    await using rig = await start();
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      await collect(rig.client.open('process.run', { program: 'true', name }));
    const seen: string[][] = [];
    for (let next: string | undefined; ;) {
      const page = await rig.client.call('process.list', { limit: 2, next });
      seen.push(page.items.map(({ name }) => name));
      if (!page.next) break;
      next = page.next;
      // What is new stands before where the reader is.
      await collect(rig.client.open('process.run', { program: 'true', name: 'new' }));
    }
    expect(seen).toEqual([['e', 'd'], ['c', 'b'], ['a']]);
  });

  it('shows only the beginning of very long arguments, so that a page fits a line', async () => {
    await using rig = await start();
    const args = ['first', 'x'.repeat(30_000), 'last'];
    for (let count = 0; count < 20; count += 1)
      await collect(rig.client.open('process.run', { program: 'true', args }));
    const { items } = await rig.client.call('process.list', { details: true });
    expect(items).toHaveLength(20);
    expect(items[0]).toMatchObject({ args: ['first', '... 2 more'] });
  });
});
