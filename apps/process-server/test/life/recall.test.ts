import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createLog } from '@sextant/service/observe/log';
import { temporaryFolder } from '@sextant/testing/rig';
import { waitFor } from '@sextant/testing/wait';
import { bootId } from '../../src/life/boot.ts';
import { readPast } from '../../src/life/past.ts';
import { recall } from '../../src/life/recall.ts';
import { birthOf, MARKER } from '../../src/tree/processes.ts';
import { bash, isAlive, start } from '../rig.ts';
import { entryOf } from './entries.ts';

const log = createLog('test', 'silent');

/** A process that goes on, of a run where one is given. */
async function sleeper(run?: string): Promise<{ child: ChildProcess; pid: number } & Disposable> {
  const env = { ...process.env, ...(run !== undefined && { [MARKER]: run }) };
  const child = spawn('sleep', ['1000'], { detached: true, env });
  await once(child, 'spawn');
  return { child, pid: child.pid ?? 0, [Symbol.dispose]: () => void child.kill('SIGKILL') };
}

/** A journal with these lines, as a life leaves it that was cut off. */
async function journalOf(...lines: object[]): Promise<{ path: string } & AsyncDisposable> {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'runs.jsonl');
  writeFileSync(path, [{ boot: bootId() }, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(''));
  return { path, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

describe('recall', () => {
  it('ends a program that still runs, and no other that has its number now', async () => {
    using one = await sleeper();
    using other = await sleeper();
    await using journal = await journalOf(
      { ...entryOf(1, { ended: false, pid: one.pid }), born: birthOf(one.pid) },
      { ...entryOf(2, { ended: false, pid: other.pid }), born: '1' },
    );
    const entries = await recall(journal.path, log);
    expect([one, other].map(({ pid }) => isAlive(pid))).toEqual([false, true]);
    const ended = { state: 'killed', exitCode: null, signal: 'SIGKILL', endedAt: expect.any(String) };
    expect(entries).toMatchObject(
      [1, 2].map((number) => ({ facts: { number }, run: ended, message: expect.any(String) })),
    );
  });

  it('tells of a program that was to be started again how it ended last', async () => {
    const { facts, run } = entryOf(1, { ended: false });
    await using journal = await journalOf({ facts, run: { ...run, state: 'restarting', exitCode: 3 } });
    const [entry] = await recall(journal.path, log);
    expect(entry).toMatchObject({ run: { state: 'exited', pid: 1, exitCode: 3, elapsedMs: 1, endedBy: 'service' } });
    expect(entry?.message).toContain('before it was started again');
  });

  it('ends what carries the marker of a run, over or only about to start, but not of the one that we are of', async () => {
    using ofEnded = await sleeper('id-1');
    using ofStarting = await sleeper('id-2');
    using ofOurs = await sleeper('id-3');
    await using journal = await journalOf(entryOf(1), { starting: 'id-2' }, entryOf(3));
    process.env[MARKER] = 'id-3';
    try {
      await recall(journal.path, log);
    } finally {
      delete process.env[MARKER];
    }
    expect([ofEnded, ofStarting, ofOurs].map(({ pid }) => isAlive(pid))).toEqual([false, false, true]);
  });

  it('ends nothing where the machine has been started since, or the last life has ended well', async () => {
    using one = await sleeper('id-1');
    await using closed = await journalOf(entryOf(1), { closed: true });
    await using before = await journalOf(entryOf(1), { boot: 'another' });
    await recall(closed.path, log);
    await recall(before.path, log);
    expect(isAlive(one.pid)).toBe(true);
  });
});

describe('the history of a service', () => {
  it('goes on with the next one on its home', async () => {
    await using home = await temporaryFolder();
    const told = async (): Promise<object[]> => {
      await using rig = await start({ home: home.path });
      return (await rig.client.call('process.list', { scope: 'all', details: true })).items;
    };
    {
      await using rig = await start({ home: home.path });
      await bash(rig.client, 'exit 3');
      await bash(rig.client, 'kill $$');
      await rig.client.call('process.run', { program: 'no-such-program' }).catch(() => {});
      await waitFor('all to be over', async () =>
        (await rig.client.call('process.list', {})).items.every(({ endedAt }) => endedAt),
      );
    }
    const first = await told();
    expect(first).toMatchObject([
      { program: 'no-such-program', state: 'failed', reason: 'ENOENT', pid: null },
      { program: 'bash', args: ['-c', 'kill $$'], state: 'killed', signal: 'SIGTERM' },
      { program: 'bash', args: ['-c', 'exit 3'], state: 'exited', exitCode: 3, pid: expect.any(Number) },
    ]);
    expect(await told()).toEqual(first);
    {
      await using rig = await start({ home: home.path });
      const { result } = await bash(rig.client, 'exit 4');
      const { items } = await rig.client.call('process.list', { scope: 'all', limit: 1 });
      expect(items).toMatchObject([{ id: result.id }]);
    }
    expect(await told()).toMatchObject([{ exitCode: 4 }, ...first]);
  });

  it('has what a program that was started has printed', async () => {
    await using home = await temporaryFolder();
    let target: string;
    {
      await using rig = await start({ home: home.path });
      const { id } = await rig.client.call('process.start', { program: 'echo', args: ['out'] });
      await rig.client.call('process.wait', { target: id });
      target = id;
    }
    await using rig = await start({ home: home.path });
    const stream = rig.client.open('process.logs', { target });
    let text = '';
    for await (const { body } of stream) text += Buffer.from(body ?? []).toString();
    expect({ text, result: await stream.result }).toMatchObject({ text: 'out\n', result: { running: false } });
  });

  it('tells of what is not kept of an output, and ends', async () => {
    await using home = await temporaryFolder();
    const folder = join(home.path, 'process-server');
    mkdirSync(folder, { recursive: true });
    const never = entryOf(2, { detached: false });
    const failed = { ...never, run: { ...never.run, pid: null, state: 'failed', exitCode: null } };
    const lines = [
      { ...entryOf(1), to: 5 },
      { ...failed, to: 0 },
    ].map((line) => JSON.stringify(line));
    writeFileSync(join(folder, 'runs.jsonl'), `${lines.join('\n')}\n`);
    await using rig = await start({ home: home.path });
    const logs = rig.client.open('process.logs', { target: 'id-1', since: 3, follow: true });
    const items: unknown[] = [];
    for await (const { item } of logs) items.push(item);
    expect(items).toMatchObject([{ since: 3 }, { gap: { from: 3, to: 4 } }, {}, {}]);
    expect((await logs.result).output).toEqual({ from: 5, to: 5 });
    const { items: all } = await rig.client.call('process.list', { scope: 'all', details: true });
    expect(all).toMatchObject([
      { id: 'id-2', detached: false, held: false },
      { id: 'id-1', detached: true, held: false },
    ]);
    const attached = rig.client.open('process.attach', { target: 'id-2' });
    for await (const { body } of attached) expect(body ?? '').toHaveLength(0);
    expect(await attached.result).toMatchObject({ id: 'id-2', pid: null });
  });

  it('has what a program was asked for once in its journal, and whether it could be started', async () => {
    await using home = await temporaryFolder();
    const path = join(home.path, 'process-server', 'runs.jsonl');
    await using rig = await start({ home: home.path });
    await bash(rig.client, 'exit 3; it was this');
    await rig.client.call('process.run', { program: 'no-such-program' }).catch(() => {});
    await waitFor('the ends', () => readPast(path).entries.every(({ run }) => run.endedAt !== null));
    expect(readPast(path).entries).toMatchObject([{ run: { exitCode: 3 } }, { facts: { program: 'no-such-program' } }]);
    expect(readFileSync(path, 'utf8').split('it was this')).toHaveLength(2);
  });

  it('is what can be read of it', async () => {
    await using home = await temporaryFolder();
    const path = join(home.path, 'process-server', 'runs.jsonl');
    {
      await using rig = await start({ home: home.path });
      await bash(rig.client, 'exit 3');
    }
    appendFileSync(path, '{"torn');
    await using rig = await start({ home: home.path });
    expect((await rig.client.call('process.list', { scope: 'all' })).items).toMatchObject([{ exitCode: 3 }]);
  });

  it('is none where there can be no journal', async () => {
    await using home = await temporaryFolder();
    mkdirSync(join(home.path, 'process-server', 'runs.jsonl'), { recursive: true });
    await using rig = await start({ home: home.path });
    expect((await bash(rig.client, 'exit 3')).result.exitCode).toBe(3);
    expect((await rig.client.call('process.list', { scope: 'all' })).items).toHaveLength(1);
  });
});
