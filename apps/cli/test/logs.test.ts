import { describe, expect, it } from '@jest/globals';
import { startPrograms } from './programs.ts';
import { openProxy } from './proxy.ts';
import { jsonLines } from './services.ts';
import { at, sextant } from './sextant.ts';

describe('logs', () => {
  it('shows what a program printed, as it printed it', async () => {
    await using rig = await startPrograms();
    await rig.cli('run', '-d', '--name', 'both', 'bash', '-c', 'echo out; sleep 0.1; echo err >&2');
    await rig.cli('wait', 'both');
    expect(await rig.cli('logs', 'both')).toEqual({ code: 0, stdout: 'out\n', stderr: 'err\n' });
    expect(await rig.cli('logs', '--since', '4', 'both')).toEqual({ code: 0, stdout: '', stderr: 'err\n' });
    expect(jsonLines((await rig.cli('logs', '--json', 'both')).stdout)).toEqual([
      { channel: 'stdout', text: 'out\n', since: 4 },
      { channel: 'stderr', text: 'err\n', since: 8 },
    ]);
    expect(await rig.cli('logs', 'neither')).toMatchObject({ code: 4, stdout: '' });
  });

  it('says what is gone', async () => {
    await using rig = await startPrograms();
    await rig.cli('run', '-d', '--name', 'much', '--keep', '100k', 'seq', '100000');
    await rig.cli('wait', 'much');
    const { stdout, stderr } = await rig.cli('logs', 'much');
    expect(stdout.endsWith('\n99999\n100000\n')).toBe(true);
    const [, to] = /are gone, bytes 0 to (\d+): only the last of an output is kept\.\n$/.exec(stderr) ?? [];
    expect(stdout).toHaveLength(588_895 - Number(to) - 1);
  });

  it('follows until the program ends, over a lost connection', async () => {
    await using rig = await startPrograms();
    await using proxy = await openProxy(rig.server, { kind: 'cut', side: 'down', afterBytes: 700_000 });
    await rig.cli('run', '-d', '--stdin', '--name', 'long', 'bash', '-c', 'seq 200000; read; echo end');
    await using cli = sextant(...at({ ...proxy, home: rig.home }), 'logs', '-f', 'long');
    await cli.shows('Going on where it was lost.');
    await cli.shows('\n200000\n');
    await rig.cli('close', 'long');
    expect(await cli.ended()).toBe(0);
    expect(proxy).toMatchObject({ tripped: true, connections: 2 });
    const numbers = Array.from({ length: 200_000 }, (_, index) => `${index + 1}\n`).join('');
    expect(cli.stdout() === numbers).toBe(true);
  });
});
