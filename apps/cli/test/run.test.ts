import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { outside } from '@sextant/testing/outside';
import { temporaryFolder } from '@sextant/testing/rig';
import { waitFor } from '@sextant/testing/wait';
import { childrenOf, resize } from './services.ts';
import { at, inTerminal, run, sextant, sextantInTerminal, startService, type Sextant } from './sextant.ts';

/** A process-server, and what runs a program on it. */
async function start() {
  const home = await temporaryFolder();
  const server = await startService('process-server', home.path);
  return {
    server,
    where: at(server),
    run: (...args: string[]) => run([...at(server), 'run', ...args]),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The system's letter for what a process does: T where it is stopped. */
async function stateOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2)[0];
}

/** The command line as a shell takes it. */
function words(args: readonly string[]): string {
  const main = new URL('../src/main.ts', import.meta.url).pathname;
  return `'${process.execPath}' '${main}' ${args.join(' ')}`;
}

/** The command line below a shell in a terminal. */
async function commandBelow(terminal: Sextant): Promise<number> {
  const [shell = 0] = await childrenOf(terminal.child.pid ?? 0);
  const [command = 0] = await childrenOf(shell);
  return command;
}

/** Starts a program that prints its pid and goes on for long. */
async function startLong({ where, server }: Awaited<ReturnType<typeof start>>) {
  const cli = sextant(...where, 'run', '--', 'bash', '-c', 'echo $$; exec sleep 1000');
  await waitFor('the pid', () => cli.stdout().endsWith('\n'), 15_000);
  const [pid = 0] = outside([Number(cli.stdout())], server.child.pid);
  return Object.assign(cli, { pid });
}

describe('run', () => {
  it('ends with the exit code of the program, whose output and errors are its own', async () => {
    await using rig = await start();
    const { code, stdout, stderr } = await rig.run('--', 'bash', '-c', 'echo out; echo err >&2; exit 7');
    expect({ code, stdout, stderr }).toEqual({ code: 7, stdout: 'out\n', stderr: 'err\n' });
  });

  it('ends with 128 + n when signal n ended the program', async () => {
    await using rig = await start();
    expect(await rig.run('--', 'bash', '-c', 'kill -9 $$')).toMatchObject({ code: 137, stderr: '' });
  });

  it('passes its input on, byte by byte and to its end', async () => {
    await using rig = await start();
    const bytes = randomBytes(1_000_000);
    await using cli = sextant(...rig.where, 'run', '--', 'sha256sum');
    cli.child.stdin?.end(bytes);
    expect(await cli.ended()).toBe(0);
    expect(cli.stdout()).toBe(`${createHash('sha256').update(bytes).digest('hex')}  -\n`);
  });

  it('ends with the program though the input goes on', async () => {
    await using rig = await start();
    await using cli = sextant(...rig.where, 'run', '--', 'bash', '-c', 'read word; echo "got $word"');
    cli.type('one\n');
    expect(await cli.ended()).toBe(0);
    expect(cli.stdout()).toBe('got one\n');
  });

  it('prints 100,000 lines, once and in order', async () => {
    await using rig = await start();
    const { stdout } = await rig.run('--', 'seq', '100000');
    expect(stdout).toBe(Array.from({ length: 100_000 }, (_, index) => `${index + 1}\n`).join(''));
  });

  it('ends quietly when nobody reads on', async () => {
    await using rig = await start();
    const { code, stderr } = await new Promise<{ code: number | null; stderr: string }>((resolve) => {
      const cli = sextant(...rig.where, 'run', '--', 'yes');
      cli.child.stdout?.once('data', () => cli.child.stdout?.destroy());
      void cli.ended().then((code) => resolve({ code, stderr: cli.stderr() }));
    });
    expect({ code, stderr }).toEqual({ code: 141, stderr: '' });
    expect(await run([...rig.where, '--json', 'ps'])).toMatchObject({ stdout: '' });
  });

  it('gives the program a name, a folder and variables', async () => {
    await using rig = await start();
    const command = ['--', 'bash', '-c', 'pwd; echo "$A-$B"'];
    const { stdout } = await rig.run('--name', 'here', '--cwd', '/', '--env', 'A=1', '-e', 'B=x=y', ...command);
    expect(stdout).toBe('/\n1-x=y\n');
    expect((await run([...rig.where, '--json', 'ps', '--all'])).stdout).toContain('"name":"here"');
    expect(await rig.run('--env', 'A', '--', 'true')).toMatchObject({ code: 2 });
  });

  it('says in one line why a program cannot be started', async () => {
    await using rig = await start();
    const folder = await rig.run('/');
    expect(folder).toMatchObject({ code: 126, stdout: '' });
    expect(folder.stderr).toMatch(/^error: Cannot run "\/": it is a folder\..*\n$/);
    expect(await rig.run('there-is-no-such-program')).toMatchObject({ code: 127 });
    expect(await rig.run('-d', 'there-is-no-such-program')).toMatchObject({ code: 127 });
    expect(await rig.run('--keep', '1m', 'true')).toMatchObject({ code: 2, stderr: 'error: --keep goes with -d.\n' });
    for (const more of [[], ['-d']]) {
      const alone = await rig.run(...more, '--at-most', '3', 'true');
      expect(alone).toMatchObject({ code: 2, stderr: 'error: --at-most goes with --queue.\n' });
    }
  });

  it('says where nothing listens, and how to start it', async () => {
    const { code, stderr } = await run(['--host', '127.0.0.1:1', 'run', '--', 'true']);
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: 'error: Cannot connect to 127.0.0.1:1: nothing listens there.\n',
    });
  });

  it('leaves what follows the program to it, with -- and without', async () => {
    await using rig = await start();
    const program = ['bash', '-c', 'echo "$@"', 'bash', '--json', '-d', '--', '-e', 'x'];
    for (const words of [program, ['--', ...program]])
      expect(await rig.run(...words)).toEqual({ code: 0, stdout: '--json -d -- -e x\n', stderr: '' });
  });

  it('prints start, output and end as JSON', async () => {
    await using rig = await start();
    const { code, stdout } = await rig.run('--json', '--', 'bash', '-c', 'echo "ä"; exit 3');
    const [started, output, ended] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(started).toEqual({ id: expect.any(String), pid: expect.any(Number) });
    expect(output).toEqual({ channel: 'stdout', text: 'ä\n' });
    expect(ended).toEqual({ ...started, exitCode: 3, signal: null });
    expect(code).toBe(3);
  });
});

/** Says what it hears of signals; SIGHUP ends it with 9, all others not. */
const HEARING = `for name in INT TERM QUIT USR1 USR2; do trap "echo $name" $name; done; trap 'exit 9' HUP
  echo on; while :; do sleep 0.05; done`;

describe('run and signals', () => {
  it('gives the program those it gets itself, and ends as that does', async () => {
    await using rig = await start();
    await using cli = sextant(...rig.where, 'run', 'bash', '-c', HEARING);
    await cli.shows('on\n');
    for (const signal of ['INT', 'TERM', 'QUIT', 'USR1', 'USR2'] as const) {
      cli.child.kill(`SIG${signal}`);
      await cli.shows(`${signal}\n`);
    }
    cli.child.kill('SIGHUP');
    expect(await cli.ended()).toBe(9);
  });

  it('ends one that ignores Ctrl-C once that is pressed twice, and says so', async () => {
    await using rig = await start();
    await using cli = sextant(...rig.where, 'run', 'bash', '-c', `trap '' INT; echo on; exec sleep 1000`);
    await cli.shows('on\n');
    cli.child.kill('SIGINT');
    cli.child.kill('SIGINT');
    // Two that are waiting are one to the system.
    for (let count = 0; cli.child.exitCode === null && count < 100 && cli.stderr() === ''; count += 1) {
      await sleep(100);
      cli.child.kill('SIGINT');
    }
    expect(await cli.ended()).toBe(130);
    expect(cli.stderr()).toContain('It is told to end, and is killed in 5 s unless it does.');
  });

  it('stops the program when it is stopped, and both go on', async () => {
    await using rig = await start();
    const ticking = `${words(rig.where)} run bash -c 'echo $$; while :; do sleep 0.05; done'`;
    // A job of a shell in a terminal: the system stops no others.
    await using shell = inTerminal(`set -m; ${ticking} </dev/null & while kill -0 $!; do sleep 0.1; done 2>/dev/null`);
    const number = await waitFor('the pid', () => /^\d+(?=\r)/m.exec(shell.stdout())?.[0], 15_000);
    const [program = 0] = outside([Number(number)], rig.server.child.pid);
    const command = await commandBelow(shell);
    const states = async (): Promise<string> => `${await stateOf(program)}${await stateOf(command)}`;
    process.kill(command, 'SIGTSTP');
    await waitFor('both to stop', async () => (await states()) === 'TT', 15_000);
    process.kill(command, 'SIGCONT');
    await waitFor('both to go on', async () => !(await states()).includes('T'), 15_000);
    process.kill(command, 'SIGINT');
    await shell.ended();
    expect(isAlive(program)).toBe(false);
  });
});

describe('run and its end', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('ends as a program that ends at %s: with %i', async (signal, code) => {
    await using rig = await start();
    await using cli = await startLong(rig);
    expect(isAlive(cli.pid)).toBe(true);
    cli.child.kill(signal);
    expect(await cli.ended()).toBe(code);
    expect(isAlive(cli.pid)).toBe(false);
    expect(cli.stderr()).toBe('');
  });

  it('takes the program along when it is killed itself', async () => {
    await using rig = await start();
    await using cli = await startLong(rig);
    cli.child.kill('SIGKILL');
    await waitFor('the end of the program', () => !isAlive(cli.pid), 15_000);
  });

  it('says so and ends with 125 when the connection is lost', async () => {
    await using rig = await start();
    await using cli = await startLong(rig);
    rig.server.child.kill('SIGKILL');
    expect(await cli.ended()).toBe(125);
    expect(cli.stderr()).toMatch(
      /^error: The connection to process-server at \S+ was lost\. The service ends the program, pid \d+, with its connection\..*\n$/,
    );
    if (isAlive(cli.pid)) process.kill(cli.pid, 'SIGKILL');
  });
});

describe('run in a terminal', () => {
  it('lends it to the program: its size, every key, and the exit code', async () => {
    await using rig = await start();
    await using cli = sextantInTerminal(...rig.where, 'run', '-e', 'PS1=ready> ', 'bash', '--norc');
    await cli.shows('ready> ');
    cli.type('tty; stty size\r');
    await cli.shows('24 80');
    expect(cli.stdout()).toMatch(/^\/dev\/pts\/\d+\r$/m);
    await resize(cli, 111, 33);
    await waitFor('the new size', async () => {
      cli.type('stty size\r');
      return cli.stdout().includes('33 111');
    });
    cli.type(`sh -c 'echo wai""ting; exec sleep 1000'\r`);
    await cli.shows('waiting');
    cli.type('\x03');
    await cli.shows('^C');
    cli.type('exit 42\r');
    expect(await cli.ended()).toBe(42);
  });

  it('shows a program that fills the screen, and leaves the terminal as it was', async () => {
    await using rig = await start();
    const modes = `stty -a | tr ' ' '\\n' | grep icanon`;
    await using cli = inTerminal(`${words(rig.where)} run less /etc/passwd; echo "less: $?"; ${modes}`);
    await cli.shows('root:');
    cli.type('q');
    await cli.shows('less: 0');
    expect(await cli.ended()).toBe(0);
    expect(cli.stdout()).toContain('\u001B[?1049h');
    expect(cli.stdout()).toContain('\u001B[?1049l');
    expect(cli.stdout()).toMatch(/^icanon\r$/m);
  });

  it('gives none where something of ours is none, or where that is said', async () => {
    await using rig = await start();
    const asking = `[ -t 0 ] && echo 'input is a terminal'; [ -t 1 ] || echo 'output is a pipe'`;
    await using piped = inTerminal(`${words(rig.where)} run sh -c "${asking}" 2>/dev/null`);
    expect(await piped.ended()).toBe(0);
    expect(piped.stdout()).toBe('output is a pipe\r\n');
    await using refused = sextantInTerminal(...rig.where, 'run', '--no-tty', 'test', '-t', '0');
    expect(await refused.ended()).toBe(1);
    await using asked = sextant(...rig.where, 'run', '-t', 'sh', '-c', 'test -t 0 && stty size');
    expect(await asked.ended()).toBe(0);
    expect(asked.stdout()).toBe('24 80\r\n');
  });

  it('gives the terminal back when it is told to end, and when the connection is lost', async () => {
    await using rig = await start();
    const modes = `stty -a | tr ' ' '\\n' | grep icanon`;
    const line = `${words(rig.where)} run bash -c 'printf "\\033[?1049h"; echo on; exec sleep 1000'; echo "rc: $?"; ${modes}`;
    await using told = inTerminal(line);
    await told.shows('on');
    process.kill(await commandBelow(told), 'SIGTERM');
    await told.shows('rc: 143');
    await told.ended();
    expect(told.stdout()).toMatch(/^icanon\r$/m);
    await using lost = inTerminal(line);
    await lost.shows('on');
    rig.server.child.kill('SIGKILL');
    await lost.shows('rc: 125');
    await lost.ended();
    expect(lost.stdout()).toMatch(/^icanon\r$/m);
    expect(lost.stdout()).toContain('\u001B[?47l');
  });
});

describe('run with limits', () => {
  it('ends what takes longer than it may', async () => {
    await using rig = await start();
    expect(await rig.run('--time', '1s', 'sleep', '1000')).toEqual({
      code: 143,
      stdout: '',
      stderr: 'sleep was ended: it ran for as long as it may.\n',
    });
  });
});

describe('run in a queue', () => {
  it('waits for its turn, says so, and runs then', async () => {
    await using rig = await start();
    await rig.run('-d', '--queue', 'one', '--name', 'first', 'sleep', '1000');
    await using cli = sextant(...rig.where, 'run', '--queue', 'one', 'echo', 'second');
    await cli.shows('It waits in the queue one, and is the next.\n');
    expect(cli.stdout()).toBe('');
    await run([...rig.where, 'close', 'first']);
    expect(await cli.ended()).toBe(0);
    expect(cli.stdout()).toBe('second\n');
  });
});

describe('run --detach', () => {
  it('prints id and pid and leaves the program running until it is closed', async () => {
    await using rig = await start();
    const { code, stdout, stderr } = await rig.run('-d', '--', 'sleep', '1000');
    expect(code).toBe(0);
    const [, id, pid] = /^id (\S+) {2}pid (\d+)\n$/.exec(stdout) ?? [];
    for (const word of rig.where) expect(stderr.split('close', 1)[0]).toContain(word);
    expect(stderr).toContain(`close ${pid}`);
    expect(isAlive(Number(pid))).toBe(true);
    expect(stderr).toContain(`attach ${pid}`);
    expect(await run([...rig.where, 'close', id ?? ''])).toMatchObject({ code: 0 });
    expect(isAlive(Number(pid))).toBe(false);
  });
});

describe('a pipeline', () => {
  it('reads and writes like a program of this machine', async () => {
    await using rig = await start();
    const upper = `${words(rig.where)} run -- tr a-z A-Z`;
    const shell = spawn('bash', ['-c', `printf 'one\\ntwo\\n' | ${upper} | head -1`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output] = (await once(shell.stdout, 'data')) as [Buffer];
    expect(output.toString()).toBe('ONE\n');
    await once(shell, 'close');
  });
});
