import { describe, expect, it } from '@jest/globals';
import { startPrograms } from './programs.ts';
import { run, sextant } from './sextant.ts';

describe('signal', () => {
  it('sends a program a signal, however it is written', async () => {
    await using rig = await startPrograms();
    const hearing = `trap 'echo one' USR1; trap 'echo two' USR2; echo on; while :; do sleep 0.05; done`;
    await using cli = sextant(...rig.where, 'run', '--name', 'hearing', 'bash', '-c', hearing);
    await cli.shows('on\n');
    const { code, stdout } = await rig.cli('signal', 'hearing', 'USR1');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^hearing, pid \d+, was sent USR1\.\n$/),
    });
    await cli.shows('one\n');
    expect(JSON.parse((await rig.cli('--json', 'signal', 'hearing', 'sigusr2')).stdout)).toMatchObject({
      name: 'hearing',
    });
    await cli.shows('two\n');
    expect(await rig.cli('signal', 'hearing', 'SEGV')).toMatchObject({ code: 2 });
    expect(await rig.cli('signal', 'nobody', 'HUP')).toMatchObject({ code: 4 });
    expect((await run(['__complete', ...rig.where, 'signal', 'hearing', 'U'])).stdout).toBe('USR1\nUSR2\n');
    expect((await run(['__complete', ...rig.where, 'signal', 'h'])).stdout).toMatch(/^hearing\t/);
  });
});
