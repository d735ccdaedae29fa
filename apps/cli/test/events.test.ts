import { describe, expect, it } from '@jest/globals';
import { startPrograms } from './programs.ts';
import { jsonLines } from './services.ts';
import { sextant } from './sextant.ts';

describe('events', () => {
  it('shows what runs and what happens, with the last lines of what failed', async () => {
    await using rig = await startPrograms();
    await rig.cli('run', '-d', '--name', 'nap', 'sleep', '1000');
    await using cli = sextant(...rig.where, 'events');
    await cli.shows('nap  running  ');
    await rig.cli('run', '--name', 'bad', 'bash', '-c', 'echo oh no >&2; exit 9');
    await cli.shows('    oh no\n');
    expect(cli.stdout()).toMatch(/ bad {2}started, pid \d+ {2}\w+\n.* bad {2}ended, exit code 9 {2}\w+\n {4}oh no\n$/);
    await rig.cli('close', 'nap');
    await cli.shows('nap  ended, SIGTERM: somebody closed it');
    cli.child.kill('SIGINT');
    expect(await cli.ended()).toBe(130);
  });

  it('tells them as they are with --json', async () => {
    await using rig = await startPrograms();
    await using cli = sextant(...rig.where, '--json', 'events');
    await cli.shows('snapshot');
    await rig.cli('run', 'true');
    await cli.shows('"ended"');
    expect(jsonLines(cli.stdout())).toMatchObject([{ type: 'snapshot' }, { type: 'started' }, { type: 'ended' }]);
  });
});
