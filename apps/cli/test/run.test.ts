import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { outside } from '@sextant/testing/outside';
import { temporaryFolder } from '@sextant/testing/rig';
import { waitFor } from '@sextant/testing/wait';
import { at, run, sextant, startService } from './sextant.ts';

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
    expect(folder).toMatchObject({ code: 2, stdout: '' });
    expect(folder.stderr).toMatch(/^error: Cannot run "\/": it is a folder\..*\n$/);
    expect(await rig.run('there-is-no-such-program')).toMatchObject({ code: 4 });
    expect(await rig.run('ls', '-l')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('run -- PROGRAM ARGS'),
    });
  });

  it('says where nothing listens, and how to start it', async () => {
    const { code, stderr } = await run(['--host', '127.0.0.1:1', 'run', '--', 'true']);
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: 'error: Cannot connect to 127.0.0.1:1: nothing listens there.\n',
    });
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

describe('run and its end', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends the program at %s, then itself with %i', async (signal, code) => {
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

  it('says so and ends with 3 when the connection is lost', async () => {
    await using rig = await start();
    await using cli = await startLong(rig);
    rig.server.child.kill('SIGKILL');
    expect(await cli.ended()).toBe(3);
    expect(cli.stderr()).toMatch(/^error: The connection to process-server at \S+ was lost\.\n$/);
    if (isAlive(cli.pid)) process.kill(cli.pid, 'SIGKILL');
  });
});

describe('run --detach', () => {
  it('prints id and pid and leaves the program running until it is closed', async () => {
    await using rig = await start();
    const { code, stdout, stderr } = await rig.run('-d', '--', 'sleep', '1000');
    expect(code).toBe(0);
    const [, id, pid] = /^id (\S+) {2}pid (\d+)\n$/.exec(stdout) ?? [];
    expect(stderr).toContain(`close ${pid}`);
    expect(isAlive(Number(pid))).toBe(true);
    expect(await run([...rig.where, 'close', id ?? ''])).toMatchObject({ code: 0 });
    expect(isAlive(Number(pid))).toBe(false);
  });
});

describe('a pipeline', () => {
  it('reads and writes like a program of this machine', async () => {
    await using rig = await start();
    const main = new URL('../src/main.ts', import.meta.url).pathname;
    const upper = `'${process.execPath}' '${main}' ${rig.where.join(' ')} run -- tr a-z A-Z`;
    const shell = spawn('bash', ['-c', `printf 'one\\ntwo\\n' | ${upper} | head -1`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output] = (await once(shell.stdout, 'data')) as [Buffer];
    expect(output.toString()).toBe('ONE\n');
    await once(shell, 'close');
  });
});
