import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { describeUnless } from '@sextant/testing/describe-unless';
import { temporaryFolder } from '@sextant/testing/rig';
import { enclose } from '../../src/launch/isolation.ts';
import { bash, collect, numbersOf, start } from '../rig.ts';
import { launch } from './launch.ts';

const { reason } = await enclose('auto');
const missing = reason === undefined ? undefined : `no process namespace: ${reason}`;

/** Milliseconds after which a zombie is one that nobody buries; far more than it takes, for a machine that is busy. */
const LONG_MS = 1000;

describeUnless(missing)('programs in a namespace', () => {
  it('see themselves under other numbers than are told, and nobody else', async () => {
    await using rig = await start({ isolation: 'namespace' });
    const stream = rig.client.open('process.run', { program: 'bash', args: ['-c', 'echo $$; exec sleep 1000'] });
    const pids = await numbersOf(stream, 1);
    const { items } = await rig.client.call('process.list', {});
    expect(pids).toEqual([items[0]?.pid]);
    const { stdout } = await bash(rig.client, 'cat /proc/$$/comm; ls -d /proc/[0-9]*');
    const [name, ...processes] = stdout.toString().trim().split('\n');
    expect(name).toBe('bash');
    // The first one, the launcher, the sleeper and bash.
    expect(processes).toHaveLength(4);
  });

  it('are told by their right numbers, however many start at once', async () => {
    await using rig = await start({ isolation: 'namespace' });
    const told = await Promise.all(
      Array.from({ length: 60 }, async () => {
        const { stdout, result } = await bash(rig.client, 'exec cat /proc/self/environ');
        return stdout.toString().includes(`SEXTANT_RUN=${result.id}\0`) && result.pid;
      }),
    );
    expect(new Set(told).size).toBe(60);
    const starts = Array.from({ length: 60 }, () =>
      rig.client.call('process.start', { program: 'sleep', args: ['1000'] }),
    );
    for (const { id, pid } of await Promise.all(starts)) {
      expect(readFileSync(`/proc/${pid}/environ`, 'latin1')).toContain(`SEXTANT_RUN=${id}\0`);
    }
  });

  it('leave no zombies, nor do the orphans they leave', async () => {
    await using rig = await start({ isolation: 'namespace' });
    const { pid } = await rig.client.call('process.start', { program: 'sleep', args: ['1000'] });
    const namespace = readlinkSync(`/proc/${pid}/ns/pid`);
    const since = new Map<number, number>();
    let longest = 0;
    const sampling = setInterval(() => {
      const now = performance.now();
      const zombies = zombiesIn(namespace);
      for (const zombie of since.keys()) if (!zombies.has(zombie)) since.delete(zombie);
      for (const zombie of zombies) {
        if (!since.has(zombie)) since.set(zombie, now);
        longest = Math.max(longest, now - (since.get(zombie) ?? now));
      }
    }, 50);
    for (let count = 0; count < 50; count += 1) {
      const lines = Array.from({ length: 20 }, (_, at) =>
        at % 4 === 0 ? '(setsid sleep 0.0$RANDOM >/dev/null 2>&1 &)' : ':',
      );
      await Promise.all(lines.map((line) => bash(rig.client, line)));
    }
    clearInterval(sampling);
    if (process.env['KILLS']) process.stderr.write(`the longest zombie was seen for ${Math.round(longest)} ms\n`);
    expect(longest).toBeLessThan(LONG_MS);
  }, 60_000);
});

describe('programs', () => {
  it.each(['auto', 'none'] as const)('inherit nothing but their streams: %s', async (isolation) => {
    await using rig = await start({ isolation });
    for (let count = 0; count < 10; count += 1) {
      const runs = Array.from({ length: 20 }, () =>
        collect(rig.client.open('process.run', { program: 'ls', args: ['/proc/self/fd'] })),
      );
      // The fourth is the one that ls lists by.
      for (const { stdout } of await Promise.all(runs)) expect(stdout.toString()).toBe('0\n1\n2\n3\n');
    }
  });
});

describe('where no namespace can be made', () => {
  /** A path to a shell, and not to what makes namespaces. */
  async function bare(): Promise<{ PATH: string } & AsyncDisposable> {
    const PATH = await mkdtemp(join(tmpdir(), 'sextant-test-'));
    for (const name of ['sh', 'echo']) await symlink(`/bin/${name}`, join(PATH, name));
    return { PATH, [Symbol.asyncDispose]: () => rm(PATH, { recursive: true }) };
  }

  it('programs start without, unless that is refused', async () => {
    await using home = await temporaryFolder();
    await using path = await bare();
    {
      await using service = await launch(home.path, { env: { PATH: path.PATH } });
      const { stdout } = await collect(service.client.open('process.run', { program: 'echo', args: ['here'] }));
      expect(stdout.toString()).toBe('here\n');
    }
    await using service = await launch(home.path, { env: { PATH: path.PATH }, flags: ['--isolation', 'namespace'] });
    await expect(service.client.call('process.run', { program: 'echo' })).rejects.toMatchObject({
      type: 'unavailable',
      data: { reason: 'isolation' },
      message: expect.stringContaining('setpriv'),
    });
  });
});

/** Processes of a namespace that have ended and were not asked how. */
function zombiesIn(namespace: string): Set<number> {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return new Set(pids.filter((pid) => stateOf(pid) === 'Z' && namespaceOf(pid) === namespace));
}

function stateOf(pid: number): string {
  return tryTo(() =>
    readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .charAt(0),
  );
}

function namespaceOf(pid: number): string {
  return tryTo(() => readlinkSync(`/proc/${pid}/ns/pid`));
}

/** Nothing of a process that is gone meanwhile. */
function tryTo(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
