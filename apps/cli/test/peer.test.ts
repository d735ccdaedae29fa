import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@sextant/testing/rig';
import { waitFor } from '@sextant/testing/wait';
import { childrenOf, jsonLines, listening, serving, type Listening } from './services.ts';
import { at, run, sextant } from './sextant.ts';

/** A registry and its folder. */
async function start() {
  const home = await temporaryFolder();
  const up = serving('up', 'contact-registry', '--port', '0', '--home', home.path, '--json');
  const [registry] = await listening(up, 1);
  const where = at(registry);
  return {
    where,
    home: home.path,
    cli: (...args: string[]) => run([...where, ...args]),
    peers: (...args: string[]) => serving('peer', 'start', '--registry', where[1], '--home', home.path, ...args),
    async [Symbol.asyncDispose]() {
      await up[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

describe('peer', () => {
  it('start begins so many that find each other; ls shows whom each sees', async () => {
    await using rig = await start();
    await using peers = rig.peers('--count', '3', '--json');
    const [first] = await listening(peers, 3);
    await connected(rig.cli, 3);
    const { stdout } = await rig.cli('peer', 'ls');
    expect(stdout).toMatch(/^PEER +ADDRESS +SEES\npeer-node-1 +127\.0\.0\.1:\d+ +2 of 2\n/);
    process.kill(first.pid, 'SIGKILL');
    await connected(rig.cli, 2);
  });

  it('start lets many share processes, and starts again all of one that dies', async () => {
    await using rig = await start();
    await using peers = rig.peers('--count', '11');
    await peers.shows('Ctrl-C stops everything.');
    expect(peers.stdout().match(/^peer-node-\d+ +\S+ +running$/gm)).toHaveLength(11);
    await connected(rig.cli, 11);
    const processes = await childrenOf(peers.child.pid ?? 0);
    expect(processes.length).toBeLessThan(11);
    process.kill(processes[0] ?? 0, 'SIGKILL');
    await peers.shows(' is back on ');
    await connected(rig.cli, 11);
  });

  it('start shows a table and starts again what dies', async () => {
    await using rig = await start();
    await using peers = rig.peers('--count', '2');
    await peers.shows('Ctrl-C stops everything.');
    expect(peers.stdout()).toMatch(/^SERVICE +ADDRESS +STATE\npeer-node-1 +\S+ +running\npeer-node-2 +\S+ +running\n$/);
  });

  it('start knows peers that listen on every address', async () => {
    await using rig = await start();
    await run(['cert', 'create', 'localhost', '127.0.0.1', '--home', rig.home]);
    await using peers = rig.peers('--host', '0.0.0.0', '--name', 'ann');
    await peers.shows('Ctrl-C stops everything.');
    expect(peers.stdout()).toMatch(/^peer-node ann +\S+ +running$/m);
    expect(peers.stderr()).not.toContain('does not know every peer');
  });

  it('start says that no registry knows it', async () => {
    await using rig = await start();
    await using peers = rig.peers('--registry', '127.0.0.1:1');
    await peers.shows('Ctrl-C stops everything.');
    expect(peers.stdout()).toMatch(/^peer-node +\S+ +running, not registered$/m);
    expect(peers.stderr()).toMatch(
      /^The registry at 127\.0\.0\.1:1 does not know every peer; .*sextant up contact-registry$/m,
    );
    expect(peers.stderr()).not.toContain('peer ls');
  });

  it('ls --matrix shows who dialled whom', async () => {
    await using rig = await start();
    await using ann = rig.peers('--name', 'ann', '--json');
    await listening(ann, 1);
    await waitFor('ann', async () => (await rig.cli('registry', 'ls')).stdout.includes('ann'));
    await using bob = rig.peers('--name', 'bob', '--json');
    await listening(bob, 1);
    await connected(rig.cli, 2);
    const { stdout, stderr } = await rig.cli('peer', 'ls', '--matrix');
    expect(stdout.split('\n').map((row) => row.trim().split(/ +/))).toEqual([
      ['PEER', '1', '2'],
      ['1', 'ann', '<'],
      ['2', 'bob', '>'],
      [''],
    ]);
    expect(stderr).toBe('> it dialled the other, < it was dialled by it, . they are not connected\n');
  });

  it('ls says what to type where there is none', async () => {
    await using rig = await start();
    const { code, stdout, stderr } = await rig.cli('peer', 'ls');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/No peer is registered\..*sextant peer start --count 3/);
    expect((await rig.cli('peer', 'ls', '--json')).stdout).toBe('');
  });
});

describe('registry ls', () => {
  it('lists who is registered, of one kind where asked', async () => {
    await using rig = await start();
    const empty = await rig.cli('registry', 'ls');
    expect(empty).toMatchObject({ code: 0, stdout: '' });
    expect(empty.stderr).toMatch(/Nobody is registered\..*sextant peer start --count 3/);
    await using ann = rig.peers('--name', 'ann', '--json');
    const [{ host, port }] = (await listening(ann, 1)) satisfies Listening[];
    await waitFor('ann', async () =>
      (await rig.cli('registry', 'ls')).stdout.includes(`ann   peer-node  ${host}:${port}`),
    );
    const [contact] = jsonLines((await rig.cli('registry', 'ls', '--kind', 'peer-node', '--json')).stdout);
    expect(contact).toMatchObject({ name: 'ann', kind: 'peer-node', host, port });
    expect((await rig.cli('registry', 'ls', '--kind', 'printer')).stderr).toContain('No printer is registered.');
  });

  it('fails with 3 where no registry is', async () => {
    const { code, stderr } = await run(['--host', '127.0.0.1:1', 'registry', 'ls']);
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: 'error: Cannot connect to 127.0.0.1:1: nothing listens there.\n',
    });
  });
});

describe('registry watch', () => {
  it('shows who is registered, and who comes and goes', async () => {
    await using rig = await start();
    await using watching = sextant(...rig.where, 'registry', 'watch', '--kind', 'peer-node');
    await watching.shows('No peer-node is registered.');
    await using ann = rig.peers('--name', 'ann', '--json');
    const [{ host, port, pid }] = await listening(ann, 1);
    await watching.shows(` + ann  peer-node  ${host}:${port}\n`);
    await using second = sextant(...rig.where, 'registry', 'watch', '--json');
    await second.shows('snapshot');
    process.kill(pid, 'SIGKILL');
    await watching.shows(' - ann  peer-node\n');
    await second.shows('removed');
    expect(jsonLines(second.stdout())).toMatchObject([
      { type: 'snapshot', part: 1, more: false, contacts: [{ name: 'ann', host, port }] },
      { type: 'removed', name: 'ann', kind: 'peer-node' },
    ]);
    watching.child.kill('SIGINT');
    expect(await watching.ended()).toBe(130);
  });
});

/** Waits until so many peers are connected with each other. */
function connected(cli: (...args: string[]) => Promise<{ stdout: string }>, count: number): Promise<unknown> {
  return waitFor(`${count} peers that see each other`, async () => {
    const views = jsonLines((await cli('peer', 'ls', '--json')).stdout) as { peers?: unknown[] }[];
    return views.length === count && views.every(({ peers }) => peers?.length === count - 1);
  });
}
