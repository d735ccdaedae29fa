import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@sextant/testing/rig';
import { waitFor } from '@sextant/testing/wait';
import type { Exit } from '../../src/launch/errand.ts';
import type { RunFacts } from '../../src/run/facts.ts';
import { Output } from '../../src/output/output.ts';
import { Attempt } from '../../src/run/attempt.ts';
import { Places } from '../../src/run/queue.ts';
import { Run } from '../../src/run/run.ts';
import { Census } from '../../src/tree/census.ts';
import { filesOf, OomKills } from '../../src/tree/oom.ts';

const FACTS: RunFacts = {
  id: 'a1b2c3d4e5f6',
  number: 1,
  name: 'hog',
  program: 'hog',
  args: [],
  cwd: '/',
  owner: 'somebody',
  detached: false,
  stdin: false,
  tty: false,
  limits: undefined,
};

describe('OomKills', () => {
  it('reads the first file that tells, which may change', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'memory.events');
    const kills = new OomKills([join(folder.path, 'none'), file]);
    expect(kills.now()).toBeUndefined();
    await writeFile(file, 'low 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 9\n');
    expect(kills.now()).toBe(2);
    await writeFile(file, 'oom_kill 3\n');
    expect(kills.recent()).toBe(2);
    await waitFor('what is read anew', () => kills.recent() === 3);
  });

  it('finds the counts of its own group, and the one of the machine', () => {
    expect(filesOf('0::/user.slice/a:b\n')).toEqual(['/sys/fs/cgroup/user.slice/a:b/memory.events', '/proc/vmstat']);
    expect(filesOf('4:cpu,memory:/docker/1\n1:name=systemd:/\n')).toEqual([
      '/sys/fs/cgroup/memory/docker/1/memory.oom_control',
      '/proc/vmstat',
    ]);
    expect(new OomKills().now()).toEqual(expect.any(Number));
  });
});

describe('a run that is killed', () => {
  /** One that ends with a signal while the count goes from 1 to `after`. */
  async function killed(after: number, signal: string, isAsked = false): Promise<Run> {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'memory.events');
    await writeFile(file, 'oom_kill 1\n');
    const { promise, resolve } = Promise.withResolvers<Exit>();
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough().end(), new PassThrough().end()];
    // A number that no process has.
    const child = { pid: 4_194_305, exited: promise, stdin, stdout, stderr, resize: () => {} };
    const system = { census: new Census(), oomKills: new OomKills([file]) };
    const run = new Run(FACTS, new Output(), { place: new Places(1).take('ann'), until: undefined });
    const attempt = await run.begins(Promise.resolve(new Attempt(run, child, system, 0)));
    void attempt.exited.then((exit) => run.ends(exit));
    if (isAsked) run.signal('SIGKILL');
    await writeFile(file, `oom_kill ${after}\n`);
    resolve({ exitCode: null, signal });
    await run.exited;
    return run;
  }

  it('is known to be so for want of memory', async () => {
    const run = await killed(2, 'SIGKILL');
    expect(run.describe()).toMatchObject({ state: 'killed', oomKilled: true });
    expect(run.details().message).toContain('memory');
  });

  it.each([
    ['nothing else was', 1, 'SIGKILL', false],
    ['another signal did it', 2, 'SIGTERM', false],
    ['somebody asked for it', 2, 'SIGKILL', true],
  ])('is not taken for one where %s', async (_why, after, signal, isAsked) => {
    const run = await killed(after, signal, isAsked);
    expect(run.describe()).not.toHaveProperty('oomKilled');
    expect(run.details()).not.toHaveProperty('reason');
  });
});
