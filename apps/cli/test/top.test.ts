import { describe, expect, it } from '@jest/globals';
import { startPrograms } from './programs.ts';
import { jsonLines } from './services.ts';
import { sextantInTerminal } from './sextant.ts';

describe('top', () => {
  it('tells once what programs use, those that use most first', async () => {
    await using rig = await startPrograms();
    expect(await rig.cli('top')).toMatchObject({ code: 0, stdout: '' });
    await rig.cli('run', '-d', '--name', 'still', 'bash', '-c', 'sleep 1000 & wait');
    await rig.cli('run', '-d', '--name', 'busy', 'bash', '-c', 'while :; do :; done');
    const [busy, still] = jsonLines((await rig.cli('top', '--json')).stdout) as { cpuPercent: number }[];
    expect(still).toMatchObject({ name: 'still', processes: 2, command: "bash -c 'sleep 1000 & wait'" });
    expect(busy).toMatchObject({ name: 'busy', processes: 1 });
    expect(busy?.cpuPercent).toBeGreaterThan(still?.cpuPercent ?? 0);
    expect((await rig.cli('top')).stdout).toMatch(/^PID +NAME +CPU +MEMORY +PROCESSES +ELAPSED +.*\n\d+ +busy /);
  });

  it('is live on a terminal until q, and leaves the terminal as it was', async () => {
    await using rig = await startPrograms();
    await using cli = sextantInTerminal(...rig.where, 'top');
    await cli.shows('No program runs; one that starts appears here.');
    await rig.cli('run', '-d', '--name', 'late', 'sleep', '1000');
    await cli.shows('late');
    cli.type('q');
    expect(await cli.ended()).toBe(0);
    expect(cli.stdout().endsWith('\u001B[?1049l')).toBe(true);
  });
});
