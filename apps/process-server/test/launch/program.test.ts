import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openRawSocket } from '@sextant/testing/raw-socket';
import { temporaryFolder } from '@sextant/testing/rig';
import { policyFile } from '../policy/policy-file.ts';
import { collect, start, type Processes } from '../rig.ts';

/** A folder with everything that cannot be run, and what can. */
async function makePlaces(): Promise<{ path: string } & AsyncDisposable> {
  const folder = await temporaryFolder();
  const at = (name: string): string => join(folder.path, name);
  await mkdir(at('folder'));
  await writeFile(at('good'), '#!/bin/sh\necho "$0"', { mode: 0o755 });
  await writeFile(at('plain'), '#!/bin/sh\n', { mode: 0o644 });
  await writeFile(at('unmarked'), 'echo a shell was asked', { mode: 0o755 });
  await writeFile(at('empty'), '', { mode: 0o755 });
  await writeFile(at('orphan'), '#!/no/such/interpreter\n', { mode: 0o755 });
  await writeFile(at('refused'), `#!${at('plain')}\n`, { mode: 0o755 });
  await writeFile(at('foreign'), '\u007fELF, and nothing that this machine knows', { mode: 0o755 });
  await symlink('loop', at('loop'));
  return folder;
}

/** What allows a search path of one's own, and all else. */
const ANYTHING = { rules: [{ users: ['*'], programs: ['*'], env: ['*', 'PATH'] }] };

type Order = Parameters<Processes['call']>[1] & { program: string };

describe('a program that cannot be started', () => {
  it.each<[string, (folder: string) => Order, string, string]>([
    ['the root folder', () => ({ program: '/' }), 'invalid_params', 'EISDIR'],
    ['a folder', (folder) => ({ program: join(folder, 'folder') }), 'invalid_params', 'EISDIR'],
    [
      'a folder found on the path',
      (folder) => ({ program: 'folder', env: { PATH: folder } }),
      'invalid_params',
      'EISDIR',
    ],
    ['no name', () => ({ program: '' }), 'invalid_params', 'EINVAL'],
    ['a name with NUL', () => ({ program: 'a\0b' }), 'invalid_params', 'EINVAL'],
    ['an argument with NUL', () => ({ program: 'echo', args: ['a\0b'] }), 'invalid_params', 'EINVAL'],
    ['a variable with NUL', () => ({ program: 'echo', env: { A: '\0' } }), 'invalid_params', 'EINVAL'],
    ['a folder with NUL', () => ({ program: 'echo', cwd: '/\0' }), 'invalid_params', 'EINVAL'],
    ['a name nobody has', () => ({ program: 'no-such-program' }), 'not_found', 'ENOENT'],
    ['a path where nothing is', () => ({ program: '/no/such/program' }), 'not_found', 'ENOENT'],
    ['an empty search path', () => ({ program: 'echo', env: { PATH: '' } }), 'not_found', 'ENOENT'],
    ['a path through a file', (folder) => ({ program: join(folder, 'good/x') }), 'not_found', 'ENOTDIR'],
    ['a path through a loop', (folder) => ({ program: join(folder, 'loop/x') }), 'not_found', 'ELOOP'],
    ['a long name', () => ({ program: 'x'.repeat(4000) }), 'invalid_params', 'ENAMETOOLONG'],
    ['a file without permission', (folder) => ({ program: join(folder, 'plain') }), 'forbidden', 'EACCES'],
    [
      'one found on the path',
      (folder) => ({ program: 'plain', env: { PATH: `/nowhere:${folder}` } }),
      'forbidden',
      'EACCES',
    ],
    ['a device', () => ({ program: '/dev/null' }), 'forbidden', 'EACCES'],
    ['no program', (folder) => ({ program: join(folder, 'unmarked') }), 'invalid_params', 'ENOEXEC'],
    [
      'a file that only begins like a program',
      (folder) => ({ program: join(folder, 'foreign') }),
      'invalid_params',
      'ENOEXEC',
    ],
    [
      'a script whose interpreter may not be executed',
      (folder) => ({ program: join(folder, 'refused') }),
      'forbidden',
      'EACCES',
    ],
    ['an empty file', (folder) => ({ program: join(folder, 'empty') }), 'invalid_params', 'ENOEXEC'],
    ['a script without its interpreter', (folder) => ({ program: join(folder, 'orphan') }), 'not_found', 'ENOENT'],
    ['a working folder that is not there', () => ({ program: 'echo', cwd: '/no/such' }), 'invalid_params', 'ENOENT'],
    [
      'a working folder in a loop',
      (folder) => ({ program: 'echo', cwd: join(folder, 'loop') }),
      'invalid_params',
      'ELOOP',
    ],
    [
      'a working folder with a long name',
      () => ({ program: 'echo', cwd: `/${'x'.repeat(300)}` }),
      'invalid_params',
      'ENAMETOOLONG',
    ],
    [
      'a working folder that is a file',
      (folder) => ({ program: 'echo', cwd: join(folder, 'good') }),
      'invalid_params',
      'ENOTDIR',
    ],
  ])('%s', async (_what, orderOf, type, reason) => {
    await using places = await makePlaces();
    await using policy = await policyFile(ANYTHING);
    await using rig = await start({ policy: policy.path });
    const order = orderOf(places.path);
    const refused = {
      type,
      data: { type, retry: 'no', reason },
      message: expect.stringMatching(/^Cannot run .+: .+\. ?/),
    };
    await expect(rig.client.call('process.run', order)).rejects.toMatchObject(refused);
    await expect(rig.client.call('process.start', order)).rejects.toMatchObject(refused);
    const { items } = await rig.client.call('process.list', { details: true });
    // A list tells only the beginning of a long path.
    const program = expect.stringContaining(order.program.slice(0, 1024));
    expect(items).toMatchObject([1, 2].map(() => ({ state: 'failed', reason, pid: null, program })));
  });

  it('for the length of its arguments', async () => {
    await using rig = await start({}, { line: 16 * 1024 * 1024 });
    using raw = await openRawSocket(rig.running, rig.token);
    const params = { program: 'true', args: Array.from({ length: 200 }, () => 'x'.repeat(32_000)) };
    raw.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'process.start', params })}\n`);
    expect(await raw.next()).toMatchObject({ error: { data: { type: 'invalid_params', reason: 'E2BIG' } } });
  });

  it('for a file that is being written, is worth another try', async () => {
    await using places = await makePlaces();
    await using rig = await start();
    const program = join(places.path, 'busy');
    // The writer is a program too: this process's own writing would be over in no time.
    const line = 'cp /bin/true "$0"; exec 9>>"$0"; echo; read line';
    const writer = rig.client.open('process.run', { program: 'bash', args: ['-c', line, program] });
    for await (const { body } of writer) {
      if (!body) continue;
      await expect(rig.client.call('process.run', { program })).rejects.toMatchObject({
        type: 'busy',
        data: { retry: 'safe', reason: 'ETXTBSY' },
      });
      writer.end('stdin');
    }
    expect((await rig.client.call('process.run', { program })).exitCode).toBe(0);
  });

  it('says whether a script or its interpreter is missing', async () => {
    await using places = await makePlaces();
    await using rig = await start();
    await expect(rig.client.call('process.run', { program: join(places.path, 'orphan') })).rejects.toThrow(
      'interpreter',
    );
    await expect(rig.client.call('process.run', { program: join(places.path, 'none') })).rejects.not.toThrow(
      'interpreter',
    );
  });
});

describe('a program', () => {
  it('is found by name on the path given with it, by path from where it runs', async () => {
    await using places = await makePlaces();
    await using policy = await policyFile(ANYTHING);
    await using rig = await start({ policy: policy.path });
    const { path } = places;
    for (const order of [
      { program: 'good', env: { PATH: `/nowhere:${path}` } },
      { program: './good', cwd: path },
      { program: join(path, 'folder/../good') },
    ]) {
      const { stdout } = await collect(rig.client.open('process.run', order));
      expect(stdout.toString()).toBe(`${join(path, 'good')}\n`);
    }
  });

  it('sees itself under the name it was called by', async () => {
    await using rig = await start();
    const { stdout } = await collect(rig.client.open('process.run', { program: 'cat', args: ['/proc/self/cmdline'] }));
    expect(stdout.toString().split('\0')[0]).toBe('cat');
  });

  it('may be one that can be executed and not read', async () => {
    await using places = await makePlaces();
    await using rig = await start();
    const program = join(places.path, 'secret');
    const { result } = await collect(rig.client.open('process.run', { program: 'cp', args: ['/bin/true', program] }));
    expect(result.exitCode).toBe(0);
    await chmod(program, 0o111);
    expect((await rig.client.call('process.run', { program })).exitCode).toBe(0);
  });
});
