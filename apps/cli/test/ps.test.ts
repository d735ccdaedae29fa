import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@sextant/testing/rig';
import { waitFor } from '@sextant/testing/wait';
import { at, run, startService } from './sextant.ts';

/** A process-server, and the command line asking it. */
async function start() {
  const home = await temporaryFolder();
  const server = await startService('process-server', home.path);
  return {
    cli: (...args: string[]) => run([...at(server), ...args]),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

describe('ps', () => {
  it('says what to type when nothing runs', async () => {
    await using rig = await start();
    const { code, stdout, stderr } = await rig.cli('ps');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('run -d PROGRAM ARGS');
  });

  it('lists what runs and, with --all, what has ended', async () => {
    await using rig = await start();
    await rig.cli('run', '--name', 'past', '--', 'bash', '-c', 'exit 3');
    await rig.cli('run', '-d', '--name', 'nap', '--', 'sleep', '1000');
    const running = (await rig.cli('ps')).stdout.trimEnd().split('\n');
    expect(running[0]).toMatch(/^PID +NAME +STATE +STARTED +ELAPSED +EXIT +ID$/);
    expect(running[1]).toMatch(/^\d+ +nap +running +\d\d:\d\d:\d\d +\d+m?s +- +\w+$/);
    expect(running).toHaveLength(2);
    expect((await rig.cli('ps', '--all')).stdout).toMatch(/^\d+ +past +exited .* 3 +\w+$/m);
  });

  it('tells the command with --details, and everything as JSON lines', async () => {
    await using rig = await start();
    await rig.cli('run', '-d', '--cwd', '/', '--', 'sleep', '1000');
    expect((await rig.cli('ps', '--details')).stdout).toMatch(/ sleep 1000 +\/ +yes$/m);
    const [line = ''] = (await rig.cli('ps', '--details', '--json')).stdout.split('\n');
    expect(JSON.parse(line)).toMatchObject({
      name: 'sleep',
      state: 'running',
      args: ['1000'],
      cwd: '/',
      detached: true,
    });
  });
});

describe('close', () => {
  it('ends programs by name, pid and id, and prints what ended', async () => {
    await using rig = await start();
    const ids: { id: string; pid: number }[] = [];
    for (const name of ['a', 'b', 'c', 'd']) {
      ids.push(JSON.parse((await rig.cli('--json', 'run', '-d', '--name', name, '--', 'sleep', '1000')).stdout));
    }
    const { code, stdout } = await rig.cli('close', 'a', String(ids[1]?.pid), ids[2]?.id ?? '');
    expect(code).toBe(0);
    expect(stdout.match(/killed/g)).toHaveLength(3);
    expect((await rig.cli('ps')).stdout).toContain(' d ');
  });

  it('says which ports are free again', async () => {
    await using rig = await start();
    const listening = `require('net').createServer().listen(0, function () { console.log(this.address().port) })`;
    await rig.cli('run', '-d', '--name', 'web', process.execPath, '-e', listening);
    const port = await waitFor('the port', async () => (await rig.cli('logs', 'web')).stdout.trim() || false, 15_000);
    expect((await rig.cli('close', 'web')).stderr).toBe(`Free again: port ${port}.\n`);
  });

  it('ends all of a name', async () => {
    await using rig = await start();
    for (let count = 0; count < 3; count += 1) await rig.cli('run', '-d', '--', 'sleep', '1000');
    expect(await rig.cli('close', 'sleep')).toMatchObject({ code: 6, stdout: '' });
    const { stdout } = await rig.cli('close', 'sleep', '--all', '--json');
    expect(stdout.trimEnd().split('\n')).toHaveLength(3);
  });

  it('ends what it can, and says once what it did not find', async () => {
    await using rig = await start();
    await rig.cli('run', '-d', '--name', 'nap', '--', 'sleep', '1000');
    await rig.cli('run', '-d', '--name', 'night', '--', 'sleep', '1000');
    const { code, stdout, stderr } = await rig.cli('close', 'nigh', 'nap');
    expect(code).toBe(4);
    expect(stdout).toContain('nap');
    expect(stderr.match(/night/g)).toHaveLength(1);
    expect(stderr).toMatch(/^error: .*\n$/);
  });
});
