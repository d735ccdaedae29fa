import { describe, expect, it } from '@jest/globals';
import { waitFor } from '@sextant/testing/wait';
import { describeWithEngine, execute, IMAGE, start } from './containers.ts';
import { openProxy } from './proxy.ts';
import { jsonLines } from './services.ts';
import { at, run, sextant, sextantInTerminal } from './sextant.ts';

const NOWHERE = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };
const NO_ENGINE = 'error: No Docker engine answers at unix:///nowhere/docker.sock.';

describe('without an engine', () => {
  it('every command says so in one line and fails with 3', async () => {
    await using rig = await start(NOWHERE);
    for (const args of [
      ['ls'],
      ['info'],
      ['inspect', 'a'],
      ['restart', 'a'],
      ['pause', 'a'],
      ['unpause', 'a'],
      ['rename', 'a', 'b'],
      ['update', 'a'],
      ['wait', 'a'],
      ['stats'],
      ['create', 'busybox'],
      ['start', 'a'],
      ['stop', 'a'],
      ['rm', 'a'],
      ['exec', 'a', 'ls'],
      ['attach', 'a'],
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
    [['--memory', 'much'], 'It is a size such as 512m or 2g.'],
    [['--cpus', 'all'], 'It is a number such as 1.5.'],
    [['--restart', 'often'], 'Allowed choices are no, on-failure, unless-stopped, always.'],
    [['--label', 'x'], 'It is NAME=VALUE.'],
    [['--ttl', '10'], 'It is a length of time such as 90s, 10m, 2h or 1d, at most 30d.'],
    [['--ttl', '0s'], 'It is a length of time'],
    [['--ttl', '31d'], 'It is a length of time'],
    [['--publish', 'x'], 'It is HOST:CONTAINER, such as 8000:80.'],
    [['sh', '-v'], "unknown option '-v'"],
    [
      ['web', 'sh', 'my file'],
      "put -- before the program, such as: npx sextant container create busybox web -- sh 'my file'",
    ],
    [['web', '--name', 'x'], 'it is named busybox, and x with --name, such as: npx sextant container create x web'],
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
  it('creates what a line of a document says, tells where its port is and when it ends', async () => {
    await using rig = await start();
    const [a, b, c] = [rig.name(), rig.name(), rig.name()];
    const { stdout, stderr } = await rig.cli('create', a, IMAGE, '--port', '80', '-p', '53/udp', '--ttl', '10m');
    expect(stdout).toMatch(new RegExp(`^${a}  running  [0-9a-f]{12}\n$`));
    const [, tcp, udp] =
      /^Port (\d+) of this machine leads to its port 80\.\nUDP port (\d+) of this machine leads to its port 53\.\nIt is stopped and removed in 10m 0s, at \d\d:\d\d:\d\d\.\n$/.exec(
        sorted(stderr),
      ) ?? [];
    const { stdout: ports } = await execute('docker', ['port', a]);
    expect(ports).toContain(`80/tcp -> 127.0.0.1:${tcp}`);
    expect(ports).toContain(`53/udp -> 127.0.0.1:${udp}`);
    await rig.cli('create', IMAGE, '--name', b, '--publish', '80', '--', 'sh', '-c', 'sleep 1000');
    expect((await rig.cli('ls')).stdout).toMatch(new RegExp(`^${b} .* \\d+->80$`, 'm'));
    expect(await rig.cli('create', c, IMAGE, '--', 'sh', '-c', 'exit 3')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(c),
    });
    const again = await rig.cli('create', c, IMAGE, '--json');
    expect(again).toMatchObject({ code: 6, stdout: '', stderr: expect.stringContaining(`The name "${c}" is taken`) });
    expect(await rig.cli('create', '--leash', '-i', IMAGE)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--leash passes no input on'),
    });
  });

  it('holds one on a leash: its log and exit code, until it ends or Ctrl-C', async () => {
    await using rig = await start();
    const [a, b, c] = [rig.name(), rig.name(), rig.name()];
    expect(
      await rig.cli('create', '--leash', a, IMAGE, '--', 'sh', '-c', 'echo out; echo err >&2; sleep 1; exit 3'),
    ).toEqual({
      code: 3,
      stdout: expect.stringMatching(`^${a}  running  .*\nout\n$`),
      stderr: `${a} runs until it ends by itself, or you press Ctrl-C.\nerr\n${a} ended with exit code 3.\n`,
    });
    const json = await rig.cli('create', '--json', '--leash', b, IMAGE, '--', 'sh', '-c', 'echo out; sleep 1');
    expect(jsonLines(json.stdout)).toMatchObject([
      { name: b, state: 'running' },
      { channel: 'stdout', text: 'out\n' },
      { exitCode: 0 },
    ]);
    await using held = sextant(...rig.where, 'container', 'create', '--leash', c, IMAGE);
    await held.shows('or you press Ctrl-C.');
    held.child.kill('SIGINT');
    expect(await held.ended()).toBe(130);
    expect(held.stderr()).toContain(`Stopped, and ${c} with it.`);
  });

  it('says that there is no such image, what may have been meant, and why', async () => {
    await using rig = await start();
    const { code, stdout, stderr } = await rig.cli('create', rig.name(), '127.0.0.1:1/sextant/nothing');
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(
      /^error: 127\.0\.0\.1:1 cannot be asked for "127\.0\.0\.1:1\/sextant\/nothing:latest": look whether the network is there, or use an image that the engine has\. The Docker engine says: .*connection refused/,
    );
  });

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
      stderr: expect.stringMatching(/^Port \d+ of this machine leads to its port 80\.\n$/),
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
      expect.stringContaining(
        `${a} is running: stop it first, or remove it with force (sextant container rm -f ${a}).`,
      ),
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

  it('inspects one on a page, and as JSON', async () => {
    await using rig = await start();
    const name = rig.name();
    await rig.cli('create', IMAGE, '--name', name, '-e', 'A=1', '-e', 'B=two words', '-p', '80', '--', 'sleep', '60');
    const { code, stdout, stderr } = await rig.cli('inspect', name);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      new RegExp(
        `^name       ${name}\nid         [0-9a-f]{64}\n[^]*^command    sleep 60\n[^]*^env        A=1\n           B=two words\n           PATH=/bin$`,
        'm',
      ),
    );
    expect(stdout).not.toContain('exit code');
    const [json] = jsonLines((await rig.cli('inspect', name, '--json')).stdout);
    expect(json).toMatchObject({ name, exitCode: null, env: { A: '1', B: 'two words' } });
    expect(await rig.cli('inspect', 'no-such')).toMatchObject({ code: 4, stdout: '' });
  });

  it('restarts, pauses, unpauses and renames', async () => {
    await using rig = await start();
    const [a, b] = [rig.name(), rig.name()];
    await rig.cli('create', IMAGE, '--name', a, '--', 'sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.05; done');
    for (const [verb, state] of [
      ['restart', 'running'],
      ['pause', 'paused'],
      ['unpause', 'running'],
    ] as const) {
      expect(await rig.cli(verb, a)).toMatchObject({ code: 0, stdout: expect.stringMatching(`^${a}  ${state}  `) });
    }
    expect(await rig.cli('rename', a, b)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(`^${b}  running  `),
    });
    expect(await rig.cli('pause', a)).toMatchObject({ code: 4, stdout: '' });
  });

  it('waits, and ends with the exit code of one', async () => {
    await using rig = await start();
    const [a, b] = [rig.name(), rig.name()];
    await rig.cli('create', IMAGE, '--name', a, '--', 'sh', '-c', 'sleep 1; exit 7');
    expect(await rig.cli('wait', a)).toEqual({ code: 7, stdout: '7\n', stderr: '' });
    await rig.cli('create', IMAGE, '--name', b, '--', 'true');
    expect(await rig.cli('wait', a, b)).toEqual({ code: 0, stdout: '7\n0\n', stderr: '' });
    expect(await rig.cli('wait', b, 'no-such')).toMatchObject({ code: 4, stdout: '0\n' });
    const { stdout } = await rig.cli('wait', a, '--json');
    expect(jsonLines(stdout)).toEqual([expect.objectContaining({ name: a, exitCode: 7, state: 'exited' })]);
  });

  it('shows what is used: a table, JSON lines, and live on a terminal', async () => {
    await using rig = await start();
    const [a, b] = [rig.name(), rig.name()];
    await rig.cli('create', IMAGE, '--name', a);
    await rig.cli('create', IMAGE, '--name', b, '--', 'true');
    const row = new RegExp(`^NAME .*\n${a}  [0-9a-f]{12}  \\d+\\.\\d%  .*[KM]iB  .*GiB  .* 1\n$`);
    expect(await rig.cli('stats', '--no-stream', a)).toEqual({
      code: 0,
      stdout: expect.stringMatching(row),
      stderr: '',
    });
    expect(await rig.cli('stats', a)).toMatchObject({ code: 0, stdout: expect.stringMatching(row) });
    expect((await rig.cli('stats', '--no-stream')).stdout).toContain(`\n${a} `);
    const { stdout } = await rig.cli('stats', '--no-stream', '--json', a);
    expect(jsonLines(stdout)).toEqual([expect.objectContaining({ name: a, processes: 1 })]);
    expect(await rig.cli('stats', '--no-stream', 'no-such', a)).toMatchObject({
      code: 4,
      stdout: expect.stringMatching(row),
    });
    expect(await rig.cli('stats', b)).toMatchObject({
      code: 6,
      stdout: '',
      stderr: expect.stringContaining('is exited'),
    });
    await using live = sextantInTerminal(...rig.where, 'container', 'stats', a);
    await live.shows(a);
    const rows = (): number => live.stdout().split(a).length;
    await waitFor('the table changes', () => rows() > 3, 8000);
    live.type('\x03');
    expect(await live.ended()).toBe(130);
  });

  it('shows live what all use: those that start appear, those that stop disappear, q leaves', async () => {
    await using rig = await start();
    const [a, b] = [rig.name(), rig.name()];
    await rig.cli('create', a, IMAGE);
    await using live = sextantInTerminal(...rig.where, 'container', 'stats');
    const last = (): string => live.stdout().slice(live.stdout().lastIndexOf('CPU'));
    await waitFor('the first', () => last().includes(a), 8000);
    await rig.cli('create', b, IMAGE);
    await waitFor('the second', () => last().includes(b), 8000);
    await execute('docker', ['stop', '-t', '0', a]);
    await waitFor('the first is gone', () => last().includes(b) && !last().includes(a), 8000);
    live.type('q');
    expect(await live.ended()).toBe(0);
    await using json = sextant(...rig.where, 'container', 'stats', '--json');
    await waitFor('a line', () => json.stdout().includes(`"name":"${b}"`), 8000);
    json.child.kill('SIGINT');
    expect(await json.ended()).toBe(130);
  });

  it('lists in a terminal of 80 columns without wrapping', async () => {
    await using rig = await start();
    const name = `${rig.name()}-with-a-name-that-is-longer-than-it-may`;
    await rig.cli('create', name, IMAGE, '-p', '80', '-p', '81', '-p', '82', '-p', '83');
    await using list = sextantInTerminal(...rig.where, 'container', 'ls');
    expect(await list.ended()).toBe(0);
    const lines = list.stdout().trimEnd().split(/\r?\n/);
    expect(lines.some((line) => line.startsWith(name.slice(0, 15)))).toBe(true);
    for (const line of lines) expect(line.length).toBeLessThan(80);
    expect((await rig.cli('ls')).stdout).toContain(name);
  });

  it('creates one with limits, labels and a restart policy', async () => {
    await using rig = await start();
    const name = rig.name();
    const limits = ['--memory', '64m', '--cpus', '0.5', '--restart', 'always'];
    const labels = ['--label', 'team=web', '--label', 'note=a=b'];
    expect(await rig.cli('create', IMAGE, '--name', name, ...limits, ...labels)).toMatchObject({ code: 0, stderr: '' });
    const [json] = jsonLines((await rig.cli('inspect', name, '--json')).stdout);
    expect(json).toMatchObject({
      memoryBytes: 64 * 1024 * 1024,
      cpus: 0.5,
      restart: 'always',
      labels: { team: 'web', note: 'a=b' },
    });
    expect(await rig.cli('create', IMAGE, '--label', 'sextant.owner=me')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('do not begin with "sextant."'),
    });
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

/** Lines in the order of the alphabet: an engine lists ports as it likes. */
function sorted(text: string): string {
  const [ports, others] = Map.groupBy(text.trimEnd().split('\n'), (line) => /port \d+ of/i.test(line)).values();
  return `${[...(ports ?? []).toSorted(), ...(others ?? [])].join('\n')}\n`;
}
