import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { waitFor } from '@sextant/testing/wait';
import { policyFile } from '../policy/policy-file.ts';
import { bash, start, type ProcessRig } from '../rig.ts';

/** What the audit log tells of programs. */
async function trailOf({ authority }: Pick<ProcessRig, 'authority'>): Promise<Record<string, unknown>[]> {
  const lines = (await readFile(join(authority, 'audit.log'), 'utf8')).trimEnd().split('\n');
  const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return entries.filter(({ event }) => String(event).startsWith('run.'));
}

describe('the audit log', () => {
  it('has every start and end of a program: whose, which file, and how', async () => {
    await using rig = await start();
    const ann = await rig.person('ann', 'process:*');
    const { result } = await bash(ann, 'exit 3; # secret');
    const { id, pid } = await ann.call('process.start', {
      program: 'sleep',
      args: ['1000'],
      name: 'nap',
      detached: true,
    });
    await rig.client.call('process.close', { target: id });
    await ann.call('process.run', { program: 'no-such-program' }).catch(() => {});
    const file = expect.stringMatching(/^\/.*bash$/);
    const trail = await trailOf(rig);
    const entries = [
      { event: 'run.started', principal: 'ann', outcome: 'ok', object: file, run: result.id, pid: result.pid },
      { event: 'run.ended', outcome: 'exited', exitCode: 3, signal: null, object: file, run: result.id },
      { event: 'run.started', outcome: 'ok', name: 'nap', object: expect.stringMatching(/^\/.*sleep$/), run: id, pid },
      { event: 'run.ended', principal: 'ann', outcome: 'killed', exitCode: null, signal: 'SIGTERM', run: id, pid },
      { event: 'run.started', principal: 'ann', outcome: 'ENOENT', object: 'no-such-program' },
    ];
    expect(trail).toMatchObject(entries);
    expect(trail).toHaveLength(entries.length);
    expect(JSON.stringify(trail)).not.toMatch(/secret|1000"/);
  });

  it('has the end of a program that nobody asked for, and of those that end with the service', async () => {
    const rig = await start();
    const { id, pid } = await rig.client.call('process.start', { program: 'sleep', args: ['1000'], detached: true });
    process.kill(pid ?? 0, 'SIGKILL');
    await waitFor('its end to be told', async () => (await trailOf(rig)).length === 2);
    const { id: other } = await rig.client.call('process.start', { program: 'sleep', args: ['1000'], detached: true });
    await rig.running.close();
    const trail = await trailOf(rig);
    await rig[Symbol.asyncDispose]();
    expect(trail).toMatchObject([
      { event: 'run.started', run: id },
      { event: 'run.ended', run: id, signal: 'SIGKILL', at: expect.stringMatching(/Z$/) },
      { event: 'run.started', run: other },
      { event: 'run.ended', run: other, signal: 'SIGTERM' },
    ]);
  });

  it('has what was refused before it could be tried', async () => {
    await using policy = await policyFile({ rules: [{ users: ['local'], programs: ['*'] }] });
    await using rig = await start({ policy: policy.path });
    const ann = await rig.person('ann', 'process:*');
    await expect(ann.call('process.start', { program: 'true' })).rejects.toMatchObject({ type: 'forbidden' });
    const folder = join(rig.home, 'process-server', 'runs');
    await rm(folder, { recursive: true });
    await writeFile(folder, '');
    const refused = rig.client.call('process.start', { program: 'true' });
    await expect(refused).rejects.toMatchObject({ type: 'unavailable' });
    expect(await trailOf(rig)).toMatchObject([
      { event: 'run.started', principal: 'ann', outcome: 'forbidden', object: 'true' },
      { event: 'run.started', principal: 'local', outcome: 'ENOTDIR', object: 'true' },
    ]);
  });
});
