import { describe, expect, it } from '@jest/globals';
import { startPrograms } from './programs.ts';
import { run, sextant } from './sextant.ts';

const ECHO = `echo on; while read word; do echo "<$word>"; done; exit 5`;

describe('adopt', () => {
  it('lets a program run on that would have ended with whoever ran it', async () => {
    await using rig = await startPrograms();
    await using cli = sextant(...rig.where, 'run', '--name', 'held', 'bash', '-c', ECHO);
    await cli.shows('on\n');
    expect(await rig.cli('adopt', 'held')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^held, pid \d+, is ours and runs on\.\n$/),
    });
    cli.child.kill('SIGKILL');
    await cli.ended();
    expect(await run([...rig.where, 'attach', 'held'], 'one\n')).toMatchObject({ code: 5, stdout: 'on\n<one>\n' });
  });
});

describe('attach --take', () => {
  it('types where somebody else did, who looks on', async () => {
    await using rig = await startPrograms();
    await using first = sextant(...rig.where, 'run', '--name', 'held', 'bash', '-c', ECHO);
    await first.shows('on\n');
    await using second = sextant(...rig.where, 'attach', '--take', 'held');
    await second.shows('on\n');
    first.type('lost\n');
    second.type('mine\n');
    await first.shows('<mine>\n');
    second.end();
    expect([await first.ended(), await second.ended()]).toEqual([5, 5]);
    expect(first.stdout()).toBe('on\n<mine>\n');
  });
});
