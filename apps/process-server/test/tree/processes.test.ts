import { describe, expect, it } from '@jest/globals';
import { parentOf } from '@sextant/testing/outside';
import { askPs, listProcesses } from '../../src/tree/processes.ts';
import { numbersOf, start } from '../rig.ts';

describe('listProcesses', () => {
  it('knows parent, group and run of each, however it is called', async () => {
    await using rig = await start();
    const line = `exec -a ") R 1 1 (" sleep 1000 & echo $$; setsid bash -c 'echo $$; exec sleep 1000' & wait`;
    const stream = rig.client.open('process.run', { program: 'bash', args: ['-c', line] });
    const [main = 0, apart = 0] = await numbersOf(stream, 2);
    const run = (await rig.client.call('process.list', {})).items[0]?.id;
    const processes = await listProcesses();
    const found = processes.filter((process) => process.run === run);
    expect(found).toHaveLength(3);
    // The one that starts programs for us, which belongs to no run.
    const launcher = parentOf(main);
    expect(processes.find(({ pid }) => pid === launcher)).toMatchObject({ run: undefined });
    const known = {
      start: expect.stringMatching(/^\d+$/),
      use: { ticks: expect.any(Number), pages: expect.any(Number), threads: 1 },
    };
    expect(found).toEqual(
      expect.arrayContaining([
        { pid: main, parent: launcher, group: main, run, ...known },
        { pid: apart, parent: main, group: apart, run, ...known },
        { pid: expect.any(Number), parent: main, group: main, run, ...known },
      ]),
    );
  });

  it('agrees with ps, which is asked where there is no /proc', async () => {
    await using rig = await start();
    const line = `sleep 1000 & echo $$; setsid bash -c 'echo $$; exec sleep 1000' & wait`;
    const [main = 0] = await numbersOf(rig.client.open('process.run', { program: 'bash', args: ['-c', line] }), 2);
    const family = (processes: { pid: number; parent: number; group: number }[]): object[] =>
      processes
        .filter(({ pid, parent }) => pid === main || parent === main)
        .map(({ pid, parent, group }) => ({ pid, parent, group }))
        .sort((a, b) => a.pid - b.pid);
    const seen = family(await listProcesses());
    expect(seen).toHaveLength(3);
    expect(family(await askPs())).toEqual(seen);
  });
});
