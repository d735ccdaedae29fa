import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@sextant/testing/rig';
import { describeUnless } from '@sextant/testing/describe-unless';
import { waitFor } from '@sextant/testing/wait';
import { jsonLines, listening, servingWith } from './services.ts';
import { openProxy } from './proxy.ts';
import { at, run, sextant, sextantInTerminal } from './sextant.ts';

const execute = promisify(execFile);
const IMAGE = 'sextant/test';

/** A container-server, names for a test's containers, and the menu. `await using` removes the containers. */
async function start(more: NodeJS.ProcessEnv = {}) {
  const home = await temporaryFolder();
  const up = servingWith(more, 'up', 'container-server', '--port', '0', '--home', home.path, '--json');
  const [server] = await listening(up, 1);
  const where = at({ ...server, home: home.path });
  const prefix = `sextant-test-${randomUUID().slice(0, 8)}`;
  let named = 0;
  return {
    where,
    home: home.path,
    name: () => `${prefix}-${(named += 1)}`,
    cli: (...args: string[]) => run([...where, 'container', ...args]),
    menu: (...lines: string[]) => run([...where, 'container', 'menu'], lines.map((line) => `${line}\n`).join('')),
    async [Symbol.asyncDispose]() {
      if (named > 0) {
        const { stdout } = await execute('docker', ['ps', '-aq', '--filter', `name=^${prefix}`]);
        if (stdout !== '') await execute('docker', ['rm', '-f', ...stdout.trim().split('\n')]);
      }
      await up[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

const NOWHERE = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };
const NO_ENGINE = 'error: No Docker engine answers at unix:///nowhere/docker.sock.';

describe('without an engine', () => {
  it('every command says so in one line and fails with 3', async () => {
    await using rig = await start(NOWHERE);
    for (const args of [
      ['ls'],
      ['info'],
      ['create', 'busybox'],
      ['start', 'a'],
      ['stop', 'a'],
      ['rm', 'a'],
      ['logs', 'a'],
      ['logs', '-f', 'a'],
    ]) {
      const { code, stdout, stderr } = await rig.cli(...args);
      expect(stderr).toContain(NO_ENGINE);
      expect({ code, stdout, lines: stderr.trimEnd().split('\n').length }).toEqual({ code: 3, stdout: '', lines: 1 });
    }
  });

  it('the menu says so at each choice and goes on', async () => {
    await using rig = await start(NOWHERE);
    const { code, stdout, stderr } = await rig.menu('2', '1', 'web', 'busybox', '3', 'web', '4', 'web', '0', '2');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr.split(NO_ENGINE)).toHaveLength(5);
  });
});

describe('container menu', () => {
  it('tells what is no option, and leaves at 0 or at the end of its input', async () => {
    await using rig = await start(NOWHERE);
    const { code, stderr } = await rig.menu('5', '', ' 0 ', '7');
    expect(stderr.match(/1 create {3}2 list {3}3 stop {3}4 delete {3}0 leave/g)).toHaveLength(3);
    expect(stderr).toContain('"5" is not an option; choose a number from 0 to 4.');
    expect(stderr).not.toContain('"7"');
    expect(code).toBe(0);
    expect(await rig.menu('constructor', '4', '')).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/"constructor" is not an option[^]*Nothing was typed/),
    });
    expect(await rig.menu('1', 'half')).toMatchObject({ code: 0, stdout: '' });
  });

  it('can be typed, and left with Ctrl-C', async () => {
    await using rig = await start(NOWHERE);
    await using menu = sextantInTerminal(...rig.where, 'container', 'menu');
    await menu.shows('Your choice: ');
    menu.type('9\r');
    await menu.shows('"9" is not an option');
    menu.type('0\r');
    expect(await menu.ended()).toBe(0);
    await using other = sextantInTerminal(...rig.where, 'container', 'menu');
    await other.shows('Your choice: ');
    other.type('\x03');
    expect(await other.ended()).toBe(130);
  });

  it('shows nothing where no service is', async () => {
    const { code, stderr } = await run(['--host', '127.0.0.1:1', 'container', 'menu'], '2\n');
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: 'error: Cannot connect to 127.0.0.1:1: nothing listens there.\n',
    });
  });
});

describe('container create', () => {
  it.each([
    [['-p', 'x'], 'It is HOST:CONTAINER, such as 8000:80.'],
    [['-e', 'x'], 'It is NAME=VALUE.'],
    [['--pull', 'often'], 'Allowed choices are missing, always, never.'],
    [[], "missing required argument 'image'"],
  ])('refuses %j', async (args, why) => {
    const image = args.length > 0 ? ['busybox'] : [];
    expect(await run(['container', 'create', ...image, ...args])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(why),
    });
  });
});

/** Where no engine answers these are skipped, loudly; with CI=true they fail. */
const describeWithEngine = describeUnless(await missingEngine());

async function missingEngine(): Promise<string | undefined> {
  try {
    await execute('docker', ['version'], { timeout: 10_000 });
    await execute(fileURLToPath(new URL('../../../docker/test-image.sh', import.meta.url)));
    return undefined;
  } catch (error) {
    return `no Docker engine answers. Start one with docker/engine.sh (${(error as { stderr?: string }).stderr?.trim()})`;
  }
}

describeWithEngine('with an engine', () => {
  it('creates, lists, stops, starts and removes', async () => {
    await using rig = await start();
    const [a, b] = [rig.name(), rig.name()];
    const created = await rig.cli(
      'create',
      IMAGE,
      '--name',
      a,
      '-e',
      'GREETING=hello',
      '-p',
      '80',
      '--',
      'sh',
      '-c',
      'sleep 1000',
    );
    expect(created).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(`^${a}  running  [0-9a-f]{12}\n$`),
      stderr: '',
    });
    const [json] = jsonLines((await rig.cli('create', IMAGE, '--name', b, '--json')).stdout);
    expect(json).toMatchObject({ id: expect.any(String), name: b, state: 'running' });
    expect((await rig.cli('ls')).stdout).toMatch(
      new RegExp(`^${a} +[0-9a-f]{12} +\\S+ +running +Up .* \\d+->80$`, 'm'),
    );
    const mine = jsonLines((await rig.cli('ls', '--json')).stdout).filter((item) =>
      [a, b].includes((item as { name: string }).name),
    );
    expect(mine).toHaveLength(2);
    const env = await execute('docker', ['inspect', a, '--format', '{{.Config.Env}} {{.Config.Cmd}}']);
    expect(env.stdout).toMatch(/GREETING=hello.*\[sh -c sleep 1000\]/);
    const refused = await rig.cli('rm', a, 'no-such');
    expect(refused.stderr.trimEnd().split('\n')).toEqual([
      expect.stringContaining(`${a} is running`),
      expect.stringContaining('no-such'),
    ]);
    expect(refused).toMatchObject({ code: expect.any(Number), stdout: '' });
    expect(refused.code).not.toBe(0);
    expect(await rig.cli('rm', '-f', a, b)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(`^${a}  removed  .*\n${b}  removed  .*\n$`),
    });
  });

  it('does from the menu what the seed did', async () => {
    await using rig = await start();
    const name = rig.name();
    const { code, stdout, stderr } = await rig.menu('1', name, IMAGE, '2', '4', name, '3', name, '2', '4', name, '0');
    expect(stderr).toContain(`${name} is running`);
    expect(stdout).toMatch(
      new RegExp(
        `^${name}  running  .*\nNAME .*\n[^]*^${name} .*running[^]*^${name}  exited  .*\n[^]*^${name} .*exited[^]*^${name}  deleted  .*\n$`,
        'm',
      ),
    );
    expect(code).toBe(0);
  });

  it('shows a log, each channel on its own side', async () => {
    await using rig = await start();
    const name = rig.name();
    await rig.cli('create', IMAGE, '--name', name, '--', 'sh', '-c', 'echo a; echo b >&2; echo c');
    await execute('docker', ['wait', name]);
    expect(await rig.cli('logs', name)).toEqual({ code: 0, stdout: 'a\nc\n', stderr: 'b\n' });
    expect(await rig.cli('logs', '--since', '1m', name)).toMatchObject({ code: 0, stdout: 'a\nc\n' });
    const lines = jsonLines((await rig.cli('logs', '--json', name)).stdout) as { channel: string; text: string }[];
    const textOf = (of: string): string => lines.flatMap(({ channel, text }) => (channel === of ? text : [])).join('');
    expect([textOf('stdout'), textOf('stderr')]).toEqual(['a\nc\n', 'b\n']);
    expect(await rig.cli('logs', '--tail', '0', name)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await rig.cli('logs', '--since', 'once', name)).toMatchObject({ code: 2, stdout: '' });
    expect(await rig.cli('logs', `${name}x`)).toMatchObject({ code: 4, stdout: '' });
  });

  it('follows a log over a lost connection until Ctrl-C, each line once', async () => {
    await using rig = await start();
    const name = rig.name();
    const script = 'i=0; while :; do i=$((i+1)); echo $i; sleep 0.01; done';
    await rig.cli('create', IMAGE, '--name', name, '--', 'sh', '-c', script);
    const [host = '', port = ''] = rig.where[1].split(':');
    await using proxy = await openProxy(
      { host, port: Number(port) },
      { kind: 'cut', side: 'down', afterBytes: 20_000 },
    );
    await using logs = sextant(...at({ ...proxy, home: rig.home }), 'container', 'logs', '-f', name);
    await logs.shows('Going on where it was lost.');
    const before = logs.stdout().length;
    await waitFor('more', () => logs.stdout().length > before + 100);
    logs.child.kill('SIGINT');
    expect(await logs.ended()).toBe(130);
    expect(logs.stderr()).toMatch(/^error: .* Trying again\.\nGoing on where it was lost\.\nStopped\.\n$/);
    const numbers = logs.stdout().trim().split('\n').map(Number);
    expect(numbers).toEqual(numbers.map((_, at) => at + 1));
  });

  it('shows what happens to containers until Ctrl-C', async () => {
    await using rig = await start();
    const name = rig.name();
    await using events = sextant(...rig.where, 'container', 'events');
    await events.shows('Watching.');
    await using json = sextant(...rig.where, '--json', 'container', 'events');
    await waitFor('the snapshot', () => json.stdout().includes('"snapshot"'), 15_000);
    await rig.cli('create', IMAGE, '--name', name, '--', 'sh', '-c', 'sleep 1; echo why; exit 3');
    await events.shows(`${name}  died, exit code 3`);
    await events.shows('    why');
    await waitFor('died', () => json.stdout().includes('"died"'));
    events.child.kill('SIGINT');
    expect(await events.ended()).toBe(130);
    const mine = jsonLines(json.stdout()).filter((item) => (item as { name?: string }).name === name);
    expect(mine).toMatchObject([{ type: 'created' }, { type: 'started' }, { type: 'died', log: ['why'] }]);
  });
});
