import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, chown, cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { describeUnless } from '@sextant/testing/describe-unless';
import { missingPrograms } from '@sextant/testing/missing';
import { parentOf } from '@sextant/testing/outside';
import { temporaryFolder } from '@sextant/testing/rig';
import { explain, KNOWN_REASONS, refusal } from '../../src/launch/reasons.ts';
import { bash } from '../rig.ts';
import { launch } from './launch.ts';

describe('a reason of the system', () => {
  it.each(KNOWN_REASONS)('%s is told with what it means and what to do', (reason) => {
    const { message, type, data, retry } = refusal(reason, 'some program');
    expect(message).toMatch(/^Cannot run "some program": [a-z].{20,}\.$/);
    expect(data).toMatchObject({ reason });
    // What is wanting for a moment is worth another try as it is, and nothing else.
    const isMomentary = ['ETXTBSY', 'EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE'].includes(reason);
    expect({ type: type === 'busy', retry }).toEqual({ type: isMomentary, retry: isMomentary ? 'safe' : 'no' });
    expect(explain(Object.assign(new Error('spawn'), { code: reason }), 'x')).toMatchObject({ data: { reason } });
  });

  it('that nobody knows is left as it is', () => {
    const error = Object.assign(new Error('spawn'), { code: 'EXDEV' });
    expect(explain(error, 'x')).toBe(error);
  });
});

/** Changes the limits of a process that runs. */
const PRLIMIT = 'prlimit';

/** Root is refused nothing: whom the service runs as instead, if that user can read it. */
const UID = process.getuid?.() === 0 ? 54_321 : undefined;

function limit(pid: number, what: string): void {
  execFileSync(PRLIMIT, ['--pid', String(pid), what], { uid: UID, gid: UID });
}

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname;
const reader = spawnSync(process.execPath, ['-e', 'fs.accessSync(process.argv[1])', MAIN], { uid: UID });
const missing = (await missingPrograms(PRLIMIT)) ?? (reader.status === 0 ? undefined : 'a user other than root');

describeUnless(missing)('the service of a user who is not root', () => {
  /** With a folder of its own, and a launcher that is not hidden. */
  async function startAsUser() {
    const home = await temporaryFolder();
    if (UID !== undefined) await chown(home.path, UID, UID);
    const service = await launch(home.path, { uid: UID, env: { PROCESS_SERVER_ISOLATION: 'none', HOME: home.path } });
    return {
      home: home.path,
      client: service.client,
      async [Symbol.asyncDispose]() {
        await service[Symbol.asyncDispose]();
        await home[Symbol.asyncDispose]();
      },
    };
  }

  it('says that no process is left, and starts programs once one is (EAGAIN)', async () => {
    await using service = await startAsUser();
    const { pid } = await service.client.call('process.start', { program: 'sleep', args: ['1000'] });
    const launcher = parentOf(pid ?? 0);
    limit(launcher, '--nproc=1:');
    await expect(bash(service.client, 'exit 0')).rejects.toMatchObject({
      type: 'busy',
      data: { reason: 'EAGAIN', retry: 'safe' },
      message: expect.stringContaining('no process left'),
    });
    limit(launcher, '--nproc=4096:');
    expect((await bash(service.client, 'exit 0')).result.exitCode).toBe(0);
  });

  it('says that its launcher has no descriptor left, and starts programs once it has (EMFILE)', async () => {
    await using service = await startAsUser();
    const { pid } = await service.client.call('process.start', { program: 'sleep', args: ['1000'] });
    const launcher = parentOf(pid ?? 0);
    limit(launcher, '--nofile=3:');
    await expect(bash(service.client, 'exit 0')).rejects.toMatchObject({ type: 'busy', data: { reason: 'EMFILE' } });
    limit(launcher, '--nofile=1024:');
    expect((await bash(service.client, 'exit 0')).result.exitCode).toBe(0);
  });

  it('says which way it may not go (EACCES)', async () => {
    await using service = await startAsUser();
    const closed = join(service.home, 'closed');
    await mkdir(closed);
    await cp('/bin/true', join(closed, 'true'));
    await chmod(closed, 0o600);
    await expect(service.client.call('process.run', { program: 'true', cwd: closed })).rejects.toMatchObject({
      type: 'invalid_params',
      data: { reason: 'EACCES' },
      message: expect.stringContaining('may not go there'),
    });
    await expect(service.client.call('process.run', { program: join(closed, 'true') })).rejects.toMatchObject({
      type: 'forbidden',
      data: { reason: 'EACCES' },
    });
  });
});
