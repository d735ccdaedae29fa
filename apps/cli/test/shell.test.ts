import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@sextant/testing/rig';
import type { SpawnedService } from '@sextant/testing/spawn';
import { waitFor } from '@sextant/testing/wait';
import { stripVTControlCharacters } from 'node:util';
import { at, run, sextant, sextantInTerminal, startService } from './sextant.ts';

/** A process-server and its folder. */
async function start(): Promise<{ server: SpawnedService; home: string; where: string[] } & AsyncDisposable> {
  const home = await temporaryFolder();
  const server = await startService('process-server', home.path);
  return {
    server,
    home: home.path,
    where: at(server),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

const lines = (...typed: string[]): string => typed.map((line) => `${line}\n`).join('');

describe('shell with lines piped in', () => {
  it('calculates exactly', async () => {
    await using rig = await start();
    const script = lines('add 1 2', 'add 0.1 0.2', 'sub 1 9007199254740993', 'mult 2 3 4', 'div 1 4', 'exit');
    const { code, stdout, stderr } = await run([...rig.where, 'shell'], script);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '3\n0.3\n-9007199254740992\n24\n0.25\n', stderr: '' });
  });

  it('runs programs, tells their output and end, and waits for them', async () => {
    await using rig = await start();
    const script = lines(`run bash -c 'sleep 2; echo "a  b"; echo c >&2; printf d; exit 3'`, 'run echo "x y"');
    const { code, stdout, stderr } = await run([...rig.where, 'shell'], script);
    expect(stdout.replaceAll(/pid \d+/g, 'pid N').split('\n')).toEqual([
      'bash runs, pid N.',
      'echo runs, pid N.',
      'echo | x y',
      'echo ended with exit code 0.',
      'bash | a  b',
      'bash | d',
      'bash ended with exit code 3.',
      '',
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'bash | c\n' });
  });

  it('loses none of 100,000 lines', async () => {
    await using rig = await start();
    const { stdout } = await run([...rig.where, 'shell'], 'run seq 100000\n');
    const shown = stdout.split('\n').filter((line) => line.startsWith('seq | '));
    expect(shown).toEqual(Array.from({ length: 100_000 }, (_, index) => `seq | ${index + 1}`));
  });

  it("lists its own programs, everybody's, and closes by name", async () => {
    await using rig = await start();
    const { stdout: token } = await run(['--home', rig.home, 'token', 'create', 'bob', '--scope', 'process:run']);
    const file = join(rig.home, 'bob.token');
    await writeFile(file, token, { mode: 0o600 });
    const asBob = [...rig.where, '--token-file', file];
    await run([...asBob, 'run', '-d', '--name', 'other', '--', 'sleep', '1000']);
    const script = lines(
      'list',
      'run sleep 1000',
      'run sleep 1001',
      'list',
      'list all',
      'list details',
      'close sleep all',
      'exit',
    );
    const { code, stdout, stderr } = await run([...rig.where, 'shell'], script);
    expect(stdout.match(/ sleep +running/g)).toHaveLength(6);
    expect(stdout.match(/ other +running/g)).toHaveLength(1);
    expect(stdout).toContain('sleep 1001');
    expect(stdout.match(/^Closed sleep, pid \d+\.$/gm)).toHaveLength(2);
    expect(stdout.match(/was ended by SIGTERM\.$/gm)).toHaveLength(2);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^There is no program\. Start one with: run/),
    });
  });

  it('ends its programs when it exits', async () => {
    await using rig = await start();
    await run([...rig.where, 'shell'], lines('run sleep 1000', 'exit'));
    await waitFor('the end of sleep', async () => (await run([...rig.where, 'ps', '--json'])).stdout === '', 15_000);
  });

  it('tells what cannot be done, goes on, and ends with 1', async () => {
    await using rig = await start();
    const script = lines(
      'run /',
      'run',
      'lisst',
      'div 1 0',
      "run 'x",
      'connect 127.0.0.1 1',
      'close nobody',
      'add 1 1',
    );
    const { code, stdout, stderr } = await run([...rig.where, 'shell'], script);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '2\n' });
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringContaining('it is a folder'),
      'error: Type: run PROGRAM [ARGS]',
      expect.stringContaining('Did you mean list?'),
      expect.stringContaining('zero'),
      expect.stringContaining('quote'),
      'error: Cannot connect to 127.0.0.1:1: nothing listens there.',
      expect.stringContaining('No program "nobody" runs.'),
    ]);
  });

  it('begins without a server, connects and disconnects', async () => {
    await using rig = await start();
    const { host, port } = rig.server;
    const script = lines('add 1 1', `connect ${host} ${port}`, 'add 1 2', 'disconnect', 'add 1 3', 'exit');
    const { stdout, stderr } = await run(['--host', '127.0.0.1:1', '--home', rig.home, 'shell'], script);
    expect(stdout).toBe('3\n');
    expect(stderr).toContain(`Connected to ${host}:${port}.`);
    expect(stderr.match(/Type: connect IP PORT|or type: connect IP PORT/g)).toHaveLength(3);
    expect(await run(['--home', rig.home, 'shell', host, String(port)], 'add 2 2\n')).toMatchObject({ stdout: '4\n' });
  });

  it('prints everything as JSON where asked', async () => {
    await using rig = await start();
    const { stdout } = await run([...rig.where, '--json', 'shell'], lines('add 1 2', 'run echo hi', 'list'));
    const [sum, started, output, ended, listed] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(sum).toEqual({ result: 3 });
    expect(started).toMatchObject({ name: 'echo' });
    expect(output).toMatchObject({ channel: 'stdout', text: 'hi' });
    expect(ended).toMatchObject({ ...started, exitCode: 0 });
    expect(listed).toMatchObject({ name: 'echo', state: 'exited' });
  });
});

describe('shell whose server is killed', () => {
  it('says so, goes on, and is connected again when the server is', async () => {
    await using rig = await start();
    await using shell = sextant(...rig.where, 'shell');
    shell.type('run sleep 1000\n');
    await shell.shows('sleep runs');
    // Nobody is left to end it: the server itself had no time to.
    using after = new DisposableStack();
    after.defer(() => killIfAlive(Number(/pid (\d+)/.exec(shell.stdout())?.[1])));
    rig.server.child.kill('SIGKILL');
    await shell.shows(`The connection to 127.0.0.1:${rig.server.port} was lost. Trying to connect again.`);
    shell.type('add 1 2\n');
    await shell.shows('Not connected to');
    await using again = await startService('process-server', rig.home, rig.server.port);
    await shell.shows(`Connected to 127.0.0.1:${again.port} again, where the server was restarted.`);
    await shell.shows('With the connection went sleep');
    shell.type('add 1 2\nexit\n');
    expect(await shell.ended()).toBe(1);
    expect(shell.stdout()).toMatch(/^3$/m);
  });
});

const REDRAW = '\u001b[1G\u001b[0J';

/** What a terminal shows of lines that are drawn anew in their place; none of them is longer than a row. */
function screen(output: string): string {
  const parts = output.replaceAll('\r', '').split(REDRAW);
  const last = parts.pop() ?? '';
  return stripVTControlCharacters(parts.map((part) => part.slice(0, part.lastIndexOf('\n') + 1)).join('') + last);
}

describe('shell in a terminal', () => {
  it('shows what programs print above what is being typed', async () => {
    await using rig = await start();
    await using shell = sextantInTerminal(...rig.where, 'shell');
    const label = `127.0.0.1:${rig.server.port}>`;
    await shell.shows('help tells');
    shell.type(`run bash -c 'sleep 1; printf "\\033[2Jb\\nc\\n"; exit 5'\r`);
    await shell.shows('bash runs');
    shell.type('add 2');
    await shell.shows('bash ended with exit code 5.');
    shell.type(' 3\r');
    await waitFor('the sum', () => screen(shell.stdout()).includes('\n5\n'));
    expect(screen(shell.stdout())).toContain(
      `\nbash | ␛[2Jb\nbash | c\nbash ended with exit code 5.\n${label} add 2 3\n5\n${label} `,
    );
    shell.type('\u0004');
    expect(await shell.ended()).toBe(0);
  });
});
