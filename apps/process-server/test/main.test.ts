import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { describeUnless } from '@sextant/testing/describe-unless';
import { missingPrograms } from '@sextant/testing/missing';
import { outside } from '@sextant/testing/outside';
import { temporaryFolder } from '@sextant/testing/rig';
import { waitFor } from '@sextant/testing/wait';
import { launch } from './launch/launch.ts';
import { allGone, bash, isAlive, numbersOf, outputOf } from './rig.ts';

const DEAF = 'trap "" TERM INT HUP; echo $$; while :; do sleep 1; done';

describe('the service as a program', () => {
  it('ends with 0, and with all that it runs', async () => {
    await using home = await temporaryFolder();
    const { server, client } = await launch(home.path);
    const [pid = 0] = await numbersOf(
      client.open('process.run', { program: 'bash', args: ['-c', DEAF] }),
      1,
      server.pid,
    );
    expect(isAlive(pid)).toBe(true);
    const begin = performance.now();
    server.kill('SIGINT');
    expect(await once(server, 'exit')).toEqual([0, null]);
    expect(performance.now() - begin).toBeLessThan(2000);
    expect(isAlive(pid)).toBe(false);
    await client.closed;
  });

  it('leaves nothing behind when a second signal ends it at once', async () => {
    await using home = await temporaryFolder();
    const { server, client } = await launch(home.path);
    const [pid = 0] = await numbersOf(
      client.open('process.run', { program: 'bash', args: ['-c', DEAF] }),
      1,
      server.pid,
    );
    const begin = performance.now();
    server.kill('SIGTERM');
    server.kill('SIGINT');
    expect(await once(server, 'exit')).toEqual([1, null]);
    // Sooner than KILL would come after the first one.
    expect(performance.now() - begin).toBeLessThan(1000);
    await client.closed;
    await allGone([pid], 500);
  });

  it('leaves nothing behind when it is killed, also of what left its group', async () => {
    await using home = await temporaryFolder();
    const { server, client } = await launch(home.path);
    const line = `setsid sleep 1000 & echo $!; (setsid sleep 1000 & echo $!); ${DEAF}`;
    const pids = await numbersOf(client.open('process.run', { program: 'bash', args: ['-c', line] }), 3, server.pid);
    const { pid } = await client.call('process.start', { program: 'sleep', args: ['1000'], detached: true });
    expect([...pids, pid].every(isAlive)).toBe(true);
    server.kill('SIGKILL');
    await once(server, 'exit');
    await client.closed;
    await allGone([...pids, pid], 1000);
  });

  it('leaves nothing behind when it is killed, of programs that are over or cleared their environment', async () => {
    await using home = await temporaryFolder();
    const { server, client } = await launch(home.path);
    const detached = await client.call('process.start', {
      program: 'bash',
      args: ['-c', 'setsid sleep 1000 & echo $!'],
      detached: true,
    });
    await waitFor('its output', async () => (await outputOf(home.path, detached.id)).endsWith('\n'));
    const [ofDetached = 0] = outside([Number(await outputOf(home.path, detached.id))], server.pid);
    const cleared = client.open('process.run', {
      program: 'bash',
      args: ['-c', 'env -i setsid sleep 1000 & echo $!; wait'],
    });
    const [ofCleared = 0] = await numbersOf(cleared, 1, server.pid);
    await allGone([detached.pid], 1000);
    const { stdout } = await bash(client, 'setsid sleep 1000 >/dev/null 2>&1 & echo $!');
    const pids = [ofDetached, ofCleared, ...outside([Number(stdout)], server.pid)];
    expect(pids.every(isAlive)).toBe(true);
    server.kill('SIGKILL');
    await once(server, 'exit');
    await client.closed;
    await allGone(pids, 2000);
  });

  it('takes a home that is told from where it was started', async () => {
    await using home = await temporaryFolder();
    await using service = await launch(home.path, { home: '.', cwd: home.path });
    const { id } = await service.client.call('process.start', { program: 'echo', args: ['said'] });
    await waitFor('its output', async () => (await outputOf(home.path, id)) === 'said\n');
  });

  it('runs in a folder whose name is no plain URL', async () => {
    await using home = await temporaryFolder();
    const folder = join(home.path, 'a b é');
    const app = fileURLToPath(new URL('..', import.meta.url));
    await cp(join(app, 'src'), join(folder, 'src'), { recursive: true });
    await cp(join(app, 'package.json'), join(folder, 'package.json'));
    await symlink(join(app, 'node_modules'), join(folder, 'node_modules'));
    await using service = await launch(home.path, { main: pathToFileURL(join(folder, 'src', 'main.ts')) });
    expect((await bash(service.client, 'echo here')).stdout.toString()).toBe('here\n');
  });

  it('starts programs once its temporary folder is there', async () => {
    await using home = await temporaryFolder();
    const TMPDIR = join(home.path, 'later');
    await using service = await launch(home.path, { env: { TMPDIR } });
    await expect(bash(service.client, 'exit 0')).rejects.toMatchObject({
      type: 'unavailable',
      data: { reason: 'ENOENT' },
      message: expect.stringContaining('TMPDIR'),
    });
    await mkdir(TMPDIR);
    expect((await bash(service.client, 'exit 0')).result.exitCode).toBe(0);
  });

  it('ends well where no program could be started', async () => {
    await using home = await temporaryFolder();
    await using service = await launch(home.path, { env: { TMPDIR: join(home.path, 'never') } });
    await expect(bash(service.client, 'exit 0')).rejects.toMatchObject({ type: 'unavailable' });
  });
});

/** Changes the limits of a process that runs. */
const PRLIMIT = 'prlimit';

describeUnless(await missingPrograms(PRLIMIT))('the service without a descriptor', () => {
  it('says so, and starts programs once it has some', async () => {
    await using home = await temporaryFolder();
    await using service = await launch(home.path);
    const limit = (count: string): unknown =>
      execFileSync(PRLIMIT, ['--pid', `${service.server.pid}`, `--nofile=${count}:`]);
    limit('3');
    await expect(bash(service.client, 'exit 0')).rejects.toMatchObject({ type: 'busy', data: { reason: 'EMFILE' } });
    limit('256');
    expect((await bash(service.client, 'exit 0')).result.exitCode).toBe(0);
  });
});
