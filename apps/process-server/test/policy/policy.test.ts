import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@sextant/testing/rig';
import { waitFor } from '@sextant/testing/wait';
import { collect, start, type ProcessRig } from '../rig.ts';
import { policyFile } from './policy-file.ts';

/**
 * Tools that are allowed, and others; a folder to work in, and links that lead out of both. `multi` is a program that is
 * another by each name.
 */
async function makePlaces() {
  const folder = await temporaryFolder();
  const root = await realpath(folder.path);
  const at = (name: string): string => join(root, name);
  for (const name of ['tools', 'other', 'work/sub']) await mkdir(at(name), { recursive: true });
  for (const name of ['tools/good', 'other/evil', 'other/multi'])
    await writeFile(at(name), `#!/bin/sh\necho ${name}`, { mode: 0o755 });
  await symlink(at('tools/good'), at('work/good'));
  await symlink(at('other/evil'), at('tools/evil'));
  for (const name of ['reader', 'writer']) await symlink('multi', at(`other/${name}`));
  await symlink('sub', at('work/inside'));
  await symlink(at('other'), at('work/outside'));
  return { at, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

interface Order {
  program: string;
  args?: string[];
  env?: Record<string, string>;
  cwd?: string;
  tty?: boolean;
}

async function output(rig: ProcessRig, order: Order): Promise<string> {
  return (await collect(rig.client.open('process.run', order))).stdout.toString().trim();
}

describe('the policy', () => {
  it('knows a program by the file that it is', async () => {
    await using places = await makePlaces();
    const { at } = places;
    const programs = [at('tools/*'), at('other/reader'), 'echo'];
    await using policy = await policyFile({ rules: [{ users: ['local'], programs }] });
    await using rig = await start({ policy: policy.path });
    for (const program of [at('tools/good'), at('work/good'), at('tools/../tools/good')])
      expect(await output(rig, { program })).toBe('tools/good');
    expect(await output(rig, { program: './good', cwd: at('work') })).toBe('tools/good');
    expect(await output(rig, { program: at('other/reader') })).toBe('other/multi');
    expect(await output(rig, { program: '/usr/bin/echo', args: ['by its path'] })).toBe('by its path');
    const refused = { type: 'forbidden', data: { policy: 'rules.0.programs' } };
    for (const program of [at('other/evil'), at('tools/evil'), at('other/multi'), at('other/writer'), 'ls', '/bin/sh'])
      await expect(output(rig, { program })).rejects.toMatchObject(refused);
    await writeFile(at('work/echo'), '#!/bin/sh\n', { mode: 0o755 });
    await expect(output(rig, { program: './echo', cwd: at('work') })).rejects.toMatchObject(refused);
  });

  it('lets nothing begin outside its folders, wherever a link leads', async () => {
    await using places = await makePlaces();
    const { at } = places;
    const rules = [{ users: ['*'], programs: ['pwd'], folders: [at('work')] }];
    await using policy = await policyFile({ rules });
    await using rig = await start({ policy: policy.path, cwd: at('work') });
    expect(await output(rig, { program: 'pwd' })).toBe(at('work'));
    expect(await output(rig, { program: 'pwd', cwd: 'inside' })).toBe(at('work/sub'));
    for (const cwd of ['outside', '..', at('workshop'), '/', at('other')]) {
      await mkdir(at('workshop'), { recursive: true });
      await expect(output(rig, { program: 'pwd', cwd })).rejects.toMatchObject({
        type: 'forbidden',
        data: { policy: 'rules.0.folders' },
      });
    }
  });

  it('asks that one rule allows all of it, and tells what the closest does not', async () => {
    const rules = [
      { users: ['loc*'], programs: ['printf'], args: ['%s', 'a*z', 'one'], env: ['A_*'], detached: false },
      { users: ['*'], programs: ['true'], args: [] },
      { users: ['ann'], programs: ['*'] },
    ];
    await using policy = await policyFile({ rules });
    await using rig = await start({ policy: policy.path });
    expect(await output(rig, { program: 'printf', args: ['%s', 'a\n*z', 'one'], env: { A_B: '' } })).toBe('a\n*zone');
    for (const [order, member, what] of [
      [{ program: 'printf', args: ['%s', 'ones'] }, 'rules.0.args', 'the argument "ones"'],
      [{ program: 'printf', args: ['one'], env: { B: '' } }, 'rules.0.env', 'the variable "B"'],
      [{ program: 'true', args: [''] }, 'rules.1.args', 'the argument ""'],
      [{ program: 'ls', args: ['%s'] }, 'rules.0.programs', 'the program "/'],
    ] as const) {
      await expect(output(rig, order as unknown as Order)).rejects.toMatchObject({
        type: 'forbidden',
        data: { policy: member },
        message: expect.stringMatching(
          new RegExp(`^The policy of this service does not allow ${what}.*\\. Ask who .* \\("${member}"\\)\\.$`),
        ),
      });
    }
    const wish = { program: 'printf', args: ['one'] };
    await expect(rig.client.call('process.start', { ...wish, detached: true })).rejects.toMatchObject({
      data: { policy: 'rules.0.detached' },
    });
    await rig.client.call('process.start', wish);
  });

  it('allows nothing to whom no rule names, and anything where it has no rules', async () => {
    await using policy = await policyFile({ rules: [{ users: ['ann'], programs: ['*'] }] });
    await using rig = await start({ policy: policy.path });
    const ann = await rig.person('ann', 'process:*');
    await expect(rig.client.call('process.run', { program: 'true' })).rejects.toMatchObject({
      type: 'forbidden',
      data: { policy: 'rules' },
      message: expect.stringContaining('No rule of this service\'s policy is for "local"'),
    });
    expect((await ann.call('process.run', { program: 'true' })).exitCode).toBe(0);
    const { items } = await ann.call('process.list', { scope: 'all', details: true });
    expect(items).toMatchObject([{ state: 'exited' }]);
    await using none = await policyFile({});
    await using free = await start({ policy: none.path });
    expect((await free.client.call('process.run', { program: 'true' })).exitCode).toBe(0);
  });

  it('is that for whoever asked, whoever has it when its turn comes, and heard at once where there is none', async () => {
    const rules = [{ users: ['bob'], programs: ['sleep'] }];
    await using policy = await policyFile({ rules });
    await using rig = await start({ policy: policy.path });
    const [ann, bob] = [await rig.person('ann', 'process:*', 'process:others'), await rig.person('bob', 'process:*')];
    const order = { program: 'sleep', args: ['1000'], detached: true, queue: { name: 'q', limit: 1 } };
    const first = await bob.call('process.start', order);
    const { id } = await bob.call('process.start', order);
    expect(await ann.call('process.adopt', { target: id })).toMatchObject({ state: 'queued', owner: 'ann' });
    await expect(ann.call('process.start', order)).rejects.toMatchObject({ data: { policy: 'rules' } });
    await bob.call('process.close', { target: first.id });
    const isRunning = async (): Promise<boolean> =>
      (await ann.call('process.list', {})).items.some((run) => run.id === id && run.state === 'running');
    await waitFor('its turn', isRunning);
  });

  it('lets nobody adopt for good what may not be started so', async () => {
    const rules = [
      { users: ['local'], programs: ['sleep'], detached: false },
      { users: ['local'], programs: ['sleep'], args: ['1001'] },
    ];
    await using policy = await policyFile({ rules });
    await using rig = await start({ policy: policy.path });
    const queue = { name: 'q', limit: 1 };
    const bound = await rig.client.call('process.start', { program: 'sleep', args: ['1000'], queue });
    const waiting = await rig.client.call('process.start', { program: 'sleep', args: ['1000'], queue });
    for (const { id } of [bound, waiting]) {
      const adopted = rig.client.call('process.adopt', { target: id, detached: true });
      await expect(adopted).rejects.toMatchObject({ type: 'forbidden', data: { policy: 'rules.0.detached' } });
      expect(await rig.client.call('process.adopt', { target: id })).toMatchObject({ held: true });
    }
    const { id } = await rig.client.call('process.start', { program: 'sleep', args: ['1001'] });
    expect(await rig.client.call('process.adopt', { target: id, detached: true })).toMatchObject({ held: false });
  });

  it('takes the kind of a terminal as belonging to it', async () => {
    await using policy = await policyFile({ rules: [{ users: ['*'], programs: ['printenv'], env: [] }] });
    await using rig = await start({ policy: policy.path });
    const order = { program: 'printenv', args: ['TERM'], env: { TERM: 'vt100' } };
    expect(await output(rig, { ...order, tty: true })).toBe('vt100');
    await expect(output(rig, order)).rejects.toMatchObject({ data: { policy: 'rules.0.env' } });
    const more = { ...order, tty: true, env: { TERM: 'vt100', TERMCAP: 'x' } };
    await expect(output(rig, more)).rejects.toMatchObject({ data: { policy: 'rules.0.env' } });
  });

  it('starts what it has looked at, however links are changed meanwhile', async () => {
    await using places = await makePlaces();
    const { at } = places;
    const rules = [{ users: ['*'], programs: [at('tools/good'), 'pwd'], folders: [at('work')] }];
    await using policy = await policyFile({ rules });
    await using rig = await start({ policy: policy.path });
    const swap = `while :; do ln -sfn ${at('other')} folder; ln -sfn ${at('other/evil')} program; ln -sfn sub folder; ln -sfn ${at('tools/good')} program; done`;
    const swapping = spawn('bash', ['-c', swap], { cwd: at('work'), stdio: 'ignore' });
    try {
      const cwd = at('work/folder');
      const seen: string[] = [];
      for (let round = 0; round < 150; round += 1) {
        for (const program of ['pwd', at('work/program')])
          seen.push(await output(rig, { program, cwd }).catch(({ type }: { type: string }) => type));
      }
      const allowed = new Set([at('work/sub'), 'tools/good', 'forbidden', 'not_found', 'invalid_params']);
      expect(seen.filter((text) => !allowed.has(text))).toEqual([]);
      // Both ways came, or nothing was tried.
      expect(seen).toEqual(expect.arrayContaining([at('work/sub'), 'tools/good', 'forbidden']));
    } finally {
      swapping.kill('SIGKILL');
      await once(swapping, 'exit');
    }
  }, 20_000);

  it('gives a program no descriptor of its folder', async () => {
    await using policy = await policyFile({ rules: [{ users: ['*'], programs: ['ls'] }] });
    await using rig = await start({ policy: policy.path });
    const folders = await output(rig, { program: 'ls', args: ['-l', '/proc/self/fd'], cwd: '/usr/share' });
    expect(folders).not.toContain('/usr/share');
  });
});
