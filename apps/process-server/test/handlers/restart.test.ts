import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { RunEvent } from '@sextant/protocol/process-schemas';
import { waitFor } from '@sextant/testing/wait';
import { isAlive, membersOf, start, type Processes } from '../rig.ts';

type Change = Extract<RunEvent, { run: object }>;

/** The first changes of the service's life. */
async function changes(client: Processes, count: number): Promise<Change[]> {
  const found: Change[] = [];
  for await (const { item } of client.open('process.events', { since: 0 })) {
    found.push(item as Change);
    if (found.length === count) break;
  }
  return found;
}

async function stateOf(client: Processes, id: string): Promise<string | undefined> {
  return (await client.call('process.list', { scope: 'all' })).items.find((run) => run.id === id)?.state;
}

describe('a program that is started again', () => {
  it('keeps its id and its output, gets another pid, and is told of each time', async () => {
    await using rig = await start();
    const line = 'echo run $$; sleep 0.05; echo broken >&2; [ -e done ] && exit 0; touch done; exit 7';
    const program = { program: 'bash', args: ['-c', line], cwd: rig.home, restart: 'on-failure' as const };
    const { id, pid } = await rig.client.call('process.start', program);
    const attached = rig.client.open('process.attach', { target: id, since: 0 });
    let text = '';
    for await (const { channel, body } of attached)
      if (channel === 'stdout' && body) text += Buffer.from(body).toString();
    const again = (await attached.result).pid;
    expect(again).not.toBe(pid);
    expect(text).toMatch(/^run (\d+)\nrun (?!\1\n)\d+\n$/);
    expect(await attached.result).toMatchObject({ id, exitCode: 0, signal: null });
    expect(await changes(rig.client, 4)).toMatchObject([
      { type: 'started', run: { id, pid } },
      {
        type: 'restarting',
        run: { id, state: 'restarting', pid: null, exitCode: 7 },
        log: [expect.stringMatching(/^run \d+$/), 'broken'],
      },
      { type: 'started', run: { id, pid: again, state: 'running', exitCode: null } },
      { type: 'ended', run: { id, pid: again, state: 'exited', exitCode: 0 } },
    ]);
    const { items } = await rig.client.call('process.list', { details: true });
    expect(items).toMatchObject([{ id, restart: 'on-failure', restarts: 1 }]);
  });

  it('is waited for to its last end, and ends when it is closed meanwhile', async () => {
    await using rig = await start();
    const { id } = await rig.client.call('process.start', { program: 'false', restart: 'always' });
    const waits = [1, 2].map(() => rig.client.call('process.wait', { target: id }));
    await waitFor('the pause', async () => (await stateOf(rig.client, id)) === 'restarting');
    await expect(rig.client.call('process.signal', { target: id, signal: 'SIGTERM' })).rejects.toMatchObject({
      type: 'conflict',
      message: expect.stringContaining('restarting'),
    });
    const closed = { id, state: 'exited', exitCode: 1, endedBy: 'close', endedAt: expect.any(String) };
    const { items } = await rig.client.call('process.close', { target: id });
    expect(items).toMatchObject([{ ...closed, processes: 0, ports: [] }]);
    expect(await Promise.all(waits)).toMatchObject([closed, closed]);
    expect(await changes(rig.client, 3)).toMatchObject([
      { type: 'started' },
      { type: 'restarting' },
      { type: 'ended', run: closed },
    ]);
  });

  it('is closed while it runs, and not started again', async () => {
    await using rig = await start();
    const { id, pid } = await rig.client.call('process.start', {
      program: 'sleep',
      args: ['1000'],
      restart: 'always',
      detached: true,
    });
    await rig.client.call('process.close', { target: id });
    expect(isAlive(pid)).toBe(false);
    expect(await stateOf(rig.client, id)).toBe('killed');
    expect(await changes(rig.client, 2)).toMatchObject([{ type: 'started' }, { type: 'ended' }]);
  });

  it('ends with its connection, whatever it does', async () => {
    await using rig = await start();
    const client = await rig.connect();
    const { id } = await client.call('process.start', { program: 'false', restart: 'always' });
    await waitFor('the pause', async () => (await stateOf(rig.client, id)) === 'restarting');
    client.close();
    expect(await rig.client.call('process.wait', { target: id })).toMatchObject({ endedBy: 'connection' });
  });

  it('is tried again when it is gone meanwhile, and leaves nothing running of the time before', async () => {
    await using rig = await start();
    const program = join(rig.home, 'program.sh');
    const write = async (): Promise<void> => {
      await writeFile(program, '#!/bin/sh\nsetsid sleep 1000 & echo $!; exit 1\n');
      await chmod(program, 0o755);
    };
    await write();
    const { id } = await rig.client.call('process.start', { program, restart: 'on-failure' });
    await waitFor('the pause', async () => (await stateOf(rig.client, id)) === 'restarting');
    await rm(program);
    expect(await changes(rig.client, 3)).toMatchObject([
      { type: 'started' },
      { type: 'restarting' },
      { type: 'restarting', run: { reason: 'ENOENT', state: 'restarting' } },
    ]);
    await write();
    await waitFor('another start', async () => (await changes(rig.client, 4))[3]?.type === 'started');
    await rig.client.call('process.close', { target: id });
    expect(await membersOf(id)).toEqual([]);
  });
});
