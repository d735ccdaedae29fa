import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { describeUnless } from '@sextant/testing/describe-unless';
import { parentOf } from '@sextant/testing/outside';
import { temporaryFolder } from '@sextant/testing/rig';
import { waitFor } from '@sextant/testing/wait';
import { enclose } from '../../src/launch/isolation.ts';
import { launch, type Launched } from '../launch/launch.ts';

/** How often the service is killed in each way. */
const KILLS = Number(process.env['KILLS'] ?? 5);
const TREES = 10;

/** Milliseconds in which nothing is left; far more than it takes, for a machine that is busy. */
const GONE_MS = 10_000;

/** What ignores TERM and, all of them sleepers, sits in the group, in sessions of its own, without parents. */
const FAMILY = 'trap "" TERM; setsid sleep N & (setsid sleep N &) & (setsid setsid sleep N & exec sleep N) &';

/** And without environment, though not without parents. */
const CLEARED = `${FAMILY} env -i setsid sleep N & env -i sleep N & while :; do sleep N; done`;

/** And without all of these. */
const DAEMONS = `(env -i setsid sh -c 'trap "" TERM; (setsid sleep N &) ; exec sleep N' &) ; ${CLEARED}`;

/** Processes of which this is an argument. */
function sleepers(seconds: string): number {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && argumentsOf(name).includes(seconds)).length;
}

function argumentsOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
  } catch {
    return [];
  }
}

/** Starts trees, half of them detached; returns what finds their members. */
async function grow({ client }: Launched, line: string): Promise<{ seconds: string; launcher: number }> {
  const seconds = String(randomInt(1e9, 2e9));
  const args = ['-c', line.replaceAll('N', seconds)];
  const starts = Array.from({ length: TREES }, (_, at) =>
    client.call('process.start', { program: 'bash', args, detached: at % 2 === 0 }),
  );
  const [first] = await Promise.all(starts);
  const members = TREES * (line.match(/sleep N/g)?.length ?? 0);
  await waitFor('all trees', () => sleepers(seconds) === members);
  return { seconds, launcher: parentOf(first?.pid ?? 0) };
}

/** Milliseconds until none of them is left. */
async function vanish(seconds: string): Promise<number> {
  const begin = performance.now();
  await waitFor('nothing to be left', () => sleepers(seconds) === 0, GONE_MS);
  return performance.now() - begin;
}

function report(what: string, times: readonly number[]): void {
  const sorted = times.map(Math.round).sort((a, b) => a - b);
  if (process.env['KILLS'])
    process.stderr.write(
      `${what}: ${times.length} kills, gone after ${sorted.at(-1)} ms at most, ${sorted[times.length >> 1]} mostly\n`,
    );
}

const { reason } = await enclose('auto');
const missing = reason === undefined ? undefined : `no process namespace: ${reason}`;

describeUnless(missing)('in a namespace, when the service is killed', () => {
  it.each(['alone', 'together with the launcher'])(
    'nothing is left, %s',
    async (how) => {
      const times: number[] = [];
      await using home = await temporaryFolder();
      for (let kill = 0; kill < KILLS; kill += 1) {
        const service = await launch(home.path, { flags: ['--isolation', 'namespace'] });
        const { seconds, launcher } = await grow(service, DAEMONS);
        if (how !== 'alone') process.kill(launcher, 'SIGKILL');
        service.server.kill('SIGKILL');
        await once(service.server, 'exit');
        times.push(await vanish(seconds));
      }
      report(`namespace, ${how}`, times);
    },
    KILLS * 20_000,
  );
});

describe('without a namespace, when the service is killed', () => {
  it(
    'nothing is left where the launcher is not',
    async () => {
      const times: number[] = [];
      await using home = await temporaryFolder();
      for (let kill = 0; kill < KILLS; kill += 1) {
        const service = await launch(home.path, { flags: ['--isolation', 'none'] });
        const { seconds } = await grow(service, CLEARED);
        service.server.kill('SIGKILL');
        times.push(await vanish(seconds));
      }
      report('none, alone', times);
    },
    KILLS * 20_000,
  );

  it(
    'together with the launcher, the next one ends what is left before it listens, and tells of it',
    async () => {
      const times: number[] = [];
      await using home = await temporaryFolder();
      for (let kill = 0; kill < KILLS; kill += 1) {
        const service = await launch(home.path, { flags: ['--isolation', 'none'] });
        const { seconds, launcher } = await grow(service, CLEARED);
        process.kill(launcher, 'SIGKILL');
        service.server.kill('SIGKILL');
        await once(service.server, 'exit');
        expect(sleepers(seconds)).toBeGreaterThan(0);
        await using next = await launch(home.path, { flags: ['--isolation', 'none'] });
        times.push(await vanish(seconds));
        const { items } = await next.client.call('process.list', { scope: 'all', details: true, limit: TREES });
        const ended = {
          state: 'killed',
          signal: 'SIGKILL',
          endedAt: expect.any(String),
          message: expect.stringContaining('service'),
        };
        expect(items).toEqual(items.map(() => expect.objectContaining(ended)));
        expect(items).toHaveLength(TREES);
      }
      report('none, together, after the next start', times);
    },
    KILLS * 30_000,
  );
});
