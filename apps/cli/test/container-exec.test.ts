import { createHash, randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { waitFor } from '@sextant/testing/wait';
import { describeWithEngine, execute, IMAGE, start } from './containers.ts';
import { jsonLines, resize } from './services.ts';
import { run, sextant, sextantInTerminal } from './sextant.ts';

/** A container that sleeps, and what runs the command line on it. */
async function startWithContainer() {
  const rig = await start();
  const name = rig.name();
  await rig.cli('create', IMAGE, '--name', name);
  const exec = [...rig.where, 'container', 'exec'];
  return {
    ...rig,
    target: name,
    exec: (...args: string[]) => run([...exec, ...args], 'unasked'),
    opened: (...args: string[]) => sextant(...exec, ...args),
    inTerminal: (...args: string[]) => sextantInTerminal(...exec, ...args),
  };
}

/** Lines of the programs in a container that carry a text. */
async function running(name: string, text: string): Promise<string[]> {
  const { stdout } = await execute('docker', ['top', name, '-eo', 'pid,args']);
  return stdout.split('\n').filter((line) => line.includes(text));
}

describeWithEngine('container exec', () => {
  it('is the program: its output, errors, exit code, folder and variables', async () => {
    await using rig = await startWithContainer();
    const script = 'cat; echo "$A"; pwd; echo err >&2; exit 7';
    expect(await rig.exec('-e', 'A=x y', '-w', '/etc', rig.target, '--', 'sh', '-c', script)).toEqual({
      code: 7,
      stdout: 'x y\n/etc\n',
      stderr: 'err\n',
    });
  });

  it('leaves what follows the program to it, with -- and without', async () => {
    await using rig = await startWithContainer();
    for (const words of [
      ['sh', '-c', 'echo "$@"', 'sh', '--json', '-it', '--', '-e', 'x'],
      ['-i', '--', 'sh', '-c', 'echo "$@"', 'sh', '--json', '-it', '--', '-e', 'x'],
    ]) {
      expect(await rig.exec(rig.target, ...words)).toEqual({ code: 0, stdout: '--json -it -- -e x\n', stderr: '' });
    }
    expect(await rig.exec('-e', 'A=ls', rig.target)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("missing required argument 'command'"),
    });
    expect(await rig.exec('--quick', rig.target, 'ls')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("unknown option '--quick'"),
    });
  });

  it('passes our input on with -i, byte by byte and to its end', async () => {
    await using rig = await startWithContainer();
    const bytes = randomBytes(1_000_000);
    await using cli = rig.opened('-i', rig.target, 'sha256sum');
    cli.child.stdin?.end(bytes);
    expect(await cli.ended()).toBe(0);
    expect(cli.stdout()).toBe(`${createHash('sha256').update(bytes).digest('hex')}  -\n`);
  });

  it('says in one line why there is no program', async () => {
    await using rig = await startWithContainer();
    expect(await rig.exec(rig.target, 'there-is-no-such-program')).toEqual({
      code: 126,
      stdout: '',
      stderr: 'error: The Docker engine says: exec: "there-is-no-such-program": executable file not found in $PATH.\n',
    });
    expect(await rig.exec('there-is-no-such-container', 'ls')).toMatchObject({ code: 4 });
    await rig.cli('stop', rig.target);
    expect(await rig.exec(rig.target, 'ls')).toMatchObject({
      code: 6,
      stderr: expect.stringContaining(`sextant container start ${rig.target}`),
    });
  }, 60_000);

  it('prints output and end as JSON', async () => {
    await using rig = await startWithContainer();
    const { code, stdout } = await rig.exec('--json', rig.target, '--', 'sh', '-c', 'echo "ä"; exit 3');
    expect(jsonLines(stdout)).toEqual([{ channel: 'stdout', text: 'ä\n' }, { exitCode: 3 }]);
    expect(code).toBe(3);
  });

  it('ends the program at Ctrl-C, then itself', async () => {
    await using rig = await startWithContainer();
    await using cli = rig.opened(rig.target, '--', 'sh', '-c', 'echo on; exec sleep 1011');
    await cli.shows('on');
    cli.child.kill('SIGINT');
    expect(await cli.ended()).toBe(130);
    expect(await running(rig.target, '1011')).toHaveLength(0);
    expect(cli.stderr()).toBe('');
  });

  it('lends it our terminal: its size, every key, and the exit code', async () => {
    await using rig = await startWithContainer();
    await using cli = rig.inTerminal('-it', rig.target, 'sh');
    await cli.shows('# ');
    await waitFor('the size', async () => {
      cli.type('stty size\r');
      return cli.stdout().includes('24 80');
    });
    await resize(cli, 111, 33);
    await waitFor('the new size', async () => {
      cli.type('stty size\r');
      return cli.stdout().includes('33 111');
    });
    cli.type('sleep 1012\r');
    await waitFor('the sleep', async () => (await running(rig.target, 'sleep 1012')).length === 1);
    cli.type('\x03');
    await waitFor('its end', async () => (await running(rig.target, 'sleep 1012')).length === 0);
    cli.type('exit 42\r');
    expect(await cli.ended()).toBe(42);
  });
});

describeWithEngine('container attach', () => {
  it('shows what the program prints, and ends as it does', async () => {
    await using rig = await start();
    const name = rig.name();
    await rig.cli('create', '-i', IMAGE, '--name', name, '--', 'sh', '-c', 'read x; echo "o $x"; echo e >&2; exit 5');
    expect(await run([...rig.where, 'container', 'attach', name], 'one\n')).toEqual({
      code: 5,
      stdout: 'o one\n',
      stderr: 'e\n',
    });
  });

  it('is left with Ctrl-C, and the program goes on', async () => {
    await using rig = await start();
    const name = rig.name();
    const ticking = 'while :; do echo tick; sleep 0.1; done';
    await rig.cli('create', IMAGE, '--name', name, '--', 'sh', '-c', ticking);
    await using cli = sextant(...rig.where, 'container', 'attach', name);
    await cli.shows('tick');
    cli.child.kill('SIGINT');
    expect(await cli.ended()).toBe(130);
    expect(await running(name, 'tick')).toHaveLength(1);
  });

  it('is left with Ctrl-P Ctrl-Q where it is a terminal, and found again as it was', async () => {
    await using rig = await start();
    const name = rig.name();
    await rig.cli('create', '-it', IMAGE, '--name', name, '--', 'sh');
    await using first = sextantInTerminal(...rig.where, 'container', 'attach', name);
    await waitFor(
      'the shell',
      async () => {
        first.type('x=5; stty size\r');
        return first.stdout().includes('24 80');
      },
      15_000,
    );
    first.type('\x10');
    first.type('\x11');
    await first.shows(`${name} goes on.`);
    expect(await first.ended()).toBe(0);
    await using second = sextantInTerminal(...rig.where, 'container', 'attach', name);
    await waitFor(
      'the shell',
      async () => {
        second.type('echo "x is $x"\r');
        return second.stdout().includes('x is 5');
      },
      15_000,
    );
    second.type('exit 4\r');
    expect(await second.ended()).toBe(4);
  });
});
