import { describe, expect, it } from '@jest/globals';
import { describeWithEngine, execute, IMAGE, start } from './containers.ts';
import { jsonLines } from './services.ts';
import { run, sextantInTerminal } from './sextant.ts';

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
      ['exec', 'a', 'ls'],
      ['attach', 'a'],
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
});
