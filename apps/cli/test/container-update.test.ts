import { expect, it } from '@jest/globals';
import { describeWithEngine, execute, IMAGE, start } from './containers.ts';
import { jsonLines } from './services.ts';
import { sextant } from './sextant.ts';

const OBEDIENT = ['--', 'sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.05; done'];

describeWithEngine('container update', () => {
  it('shows the difference, does it, and says what runs now', async () => {
    await using rig = await start();
    const name = rig.name();
    await rig.cli('create', IMAGE, '--name', name, '-e', 'A=1', '-e', 'B=x', '--cpus', '0.5', ...OBEDIENT);
    const wish = ['-e', 'A=2', '-e', 'NEW=y', '--unset-env', 'B', '--cpus', '0.25'];
    const difference = '~ env.A    1 => 2\n- env.B    x\n~ cpus     0.5 => 0.25\n+ env.NEW  y\n';
    expect(await rig.cli('update', name, ...wish, '--dry-run')).toEqual({ code: 0, stdout: difference, stderr: '' });
    expect(await rig.cli('update', name, ...wish)).toEqual({
      code: 0,
      stdout: expect.stringMatching(`^${name}  running  [0-9a-f]{12}\n$`),
      stderr: difference,
    });
    expect(await rig.cli('update', name, ...wish)).toMatchObject({
      code: 0,
      stderr: `There is nothing to change about ${name}.\n`,
    });
    const { stdout } = await rig.cli('update', name, '--image', 'sextant/no-such', '--dry-run', '--json');
    expect(jsonLines(stdout)).toEqual([
      {
        id: expect.any(String),
        name,
        state: 'running',
        updated: false,
        changes: [{ field: 'image', from: `${IMAGE}:latest`, to: 'sextant/no-such:latest', missing: true }],
      },
    ]);
    expect(await rig.cli('update', name, '--port', '80', '--publish', '53/udp', '--dry-run')).toMatchObject({
      stdout: '+ ports  53/udp, 80\n',
    });
    expect(await rig.cli('update', 'no-such')).toMatchObject({ code: 4, stdout: '' });
    expect(await rig.cli('update', name, '--restart', 'often')).toMatchObject({ code: 2, stdout: '' });
  });

  it('says why the old one is back, with the last lines of the new one, also after Ctrl-C', async () => {
    await using rig = await start();
    const name = rig.name();
    await rig.cli('create', IMAGE, '--name', name, ...OBEDIENT);
    const id = async (): Promise<string> =>
      (await execute('docker', ['inspect', '--format', '{{.Id}} {{.State.Status}}', name])).stdout;
    const before = await id();
    expect(await rig.cli('update', name, '--', 'sh', '-c', 'echo no config; exit 3')).toMatchObject({
      code: 6,
      stdout: '',
      stderr: expect.stringMatching(
        `error: The new container ended with exit code 3\\. ${name} is as it was, and runs again\\.\nThe last that the new one printed:\n    no config\n$`,
      ),
    });
    await using update = sextant(...rig.where, 'container', 'update', name, '-e', 'A=1');
    await update.shows('+ env.A  1');
    update.child.kill('SIGINT');
    expect(await update.ended()).toBe(130);
    expect(update.stderr()).toContain(`${name} is being put back as it was.`);
    await rig.cli('start', name);
    expect(await id()).toBe(before);
  });
});
