import { describe, expect, it } from '@jest/globals';
import { startPrograms } from './programs.ts';
import { jsonLines } from './services.ts';
import { sextant } from './sextant.ts';

describe('wait', () => {
  it('prints the exit codes of programs once they have ended, and ends with it where it is one', async () => {
    await using rig = await startPrograms();
    await rig.cli('run', '-d', '--stdin', '--name', 'seven', 'bash', '-c', 'echo on; read; exit 7');
    await rig.cli('run', '-d', '--name', 'nap', 'sleep', '1000');
    await using cli = sextant(...rig.where, 'wait', 'seven', 'nap');
    await rig.cli('close', 'nap');
    await using typing = sextant(...rig.where, 'attach', 'seven');
    typing.type('\n');
    expect(await cli.ended()).toBe(0);
    expect(cli.stdout()).toBe('7\n143\n');
    expect(await rig.cli('wait', 'seven')).toMatchObject({ code: 7, stdout: '7\n' });
    expect(await rig.cli('wait', 'nap', 'nobody')).toMatchObject({ code: 4, stdout: '143\n' });
    const [run] = jsonLines((await rig.cli('--json', 'wait', 'nap')).stdout);
    expect(run).toMatchObject({ name: 'nap', state: 'killed', signal: 'SIGTERM' });
  });
});
