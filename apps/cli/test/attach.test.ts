import { describe, expect, it } from '@jest/globals';
import { waitFor } from '@sextant/testing/wait';
import { startPrograms } from './programs.ts';
import { openProxy } from './proxy.ts';
import { jsonLines } from './services.ts';
import { at, sextant } from './sextant.ts';

const ECHO = `while read word; do echo "<$word>"; echo "err $word" >&2; done; exit 5`;

describe('attach', () => {
  it('shows what a program printed and prints, types into it, and ends as it does', async () => {
    await using rig = await startPrograms();
    await rig.cli('run', '-d', '--stdin', '--name', 'echo', 'bash', '-c', `echo before; ${ECHO}`);
    await using cli = sextant(...rig.where, 'attach', 'echo');
    await cli.shows('before\n');
    cli.type('one\n');
    await cli.shows('<one>\n');
    cli.type('two\n');
    cli.end();
    expect(await cli.ended()).toBe(5);
    expect({ stdout: cli.stdout(), stderr: cli.stderr() }).toEqual({
      stdout: 'before\n<one>\n<two>\n',
      stderr: 'err one\nerr two\n',
    });
  });

  it('says of a program that could not be started that it never ran', async () => {
    await using rig = await startPrograms();
    await rig.cli('run', 'nope');
    const { code, stderr } = await rig.cli('attach', 'nope');
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'nope never ran.\n' });
    expect(await rig.cli('close', 'nope')).toMatchObject({
      code: 6,
      stderr: expect.stringMatching(/^error: Program \w+ is over already: it could not be started\.\n$/),
    });
  });

  it('shows a long output from its last lines on, or from a byte on', async () => {
    await using rig = await startPrograms();
    await rig.cli('run', '-d', '--name', 'count', 'seq', '1000');
    await rig.cli('wait', 'count');
    const { stdout } = await rig.cli('attach', 'count');
    expect(stdout).toMatch(/^9\d\d\n(?:\d+\n)+1000\n$/);
    expect(await rig.cli('attach', '--since', '3888', 'count')).toMatchObject({ code: 0, stdout: '1000\n' });
    const lines = jsonLines((await rig.cli('--json', 'attach', '--since', '3888', 'count')).stdout);
    expect(lines).toEqual([
      { id: expect.any(String), name: 'count', pid: expect.any(Number), tty: false, input: false },
      { channel: 'stdout', text: '1000\n', since: 3893 },
      expect.objectContaining({ exitCode: 0, signal: null }),
    ]);
  });

  it('only looks where somebody else types, and says so', async () => {
    await using rig = await startPrograms();
    await rig.cli('run', '-d', '--stdin', '--name', 'echo', 'bash', '-c', ECHO);
    await using first = sextant(...rig.where, 'attach', 'echo');
    first.type('one\n');
    await first.shows('<one>\n');
    await using second = sextant(...rig.where, 'attach', 'echo');
    await second.shows('Somebody else writes to it: you see what it prints.');
    second.type('lost\n');
    first.type('two\n');
    await second.shows('<two>\n');
    first.end();
    expect([await first.ended(), await second.ended()]).toEqual([5, 5]);
    expect(second.stdout()).toBe('<one>\n<two>\n');
  });

  it('is left with Ctrl-C, and with an input that has nothing in it the program keeps its own', async () => {
    await using rig = await startPrograms();
    await rig.cli('run', '-d', '--stdin', '--name', 'echo', 'bash', '-c', `echo on; ${ECHO}`);
    await using cli = sextant(...rig.where, 'attach', 'echo');
    cli.end();
    await cli.shows('on\n');
    cli.child.kill('SIGINT');
    expect(await cli.ended()).toBe(130);
    expect(cli.stderr()).toContain('echo goes on. See it again: npx sextant attach echo');
    await using again = sextant(...rig.where, 'attach', 'echo');
    again.type('here\n');
    await again.shows('<here>\n');
  });

  it('goes on at the very byte after a lost connection, and types there', async () => {
    await using rig = await startPrograms();
    await using proxy = await openProxy(rig.server, { kind: 'cut', side: 'down', afterBytes: 700_000 });
    const printing = `read word; seq 200000; echo "$word"; ${ECHO}`;
    await rig.cli('run', '-d', '--stdin', '--name', 'long', 'bash', '-c', printing);
    await using cli = sextant(...at({ ...proxy, home: rig.server.home }), 'attach', 'long');
    cli.type('go\n');
    await cli.shows('Connected again; it goes on where it was lost.');
    await waitFor('the end of the numbers', () => cli.stdout().endsWith('go\n'), 15_000);
    cli.type('still here\n');
    await cli.shows('<still here>\n');
    cli.end();
    expect(await cli.ended()).toBe(5);
    expect(proxy).toMatchObject({ tripped: true, connections: 2 });
    const numbers = Array.from({ length: 200_000 }, (_, index) => `${index + 1}\n`).join('');
    expect(cli.stdout() === `${numbers}go\n<still here>\n`).toBe(true);
    expect(cli.stderr()).toContain('long goes on; trying to connect again.');
  });
});
