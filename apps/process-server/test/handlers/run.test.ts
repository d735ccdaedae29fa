import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { helloLine, openRawSocket, type RawSocket } from '@sextant/testing/raw-socket';
import { outside } from '@sextant/testing/outside';
import { waitFor } from '@sextant/testing/wait';
import { allGone, bash, collect, isAlive, numbersOf, start, ticksOf } from '../rig.ts';

/** Prints its own id and those of a child in a session of its own and of a daemon that nobody is parent of. */
const FAMILY = 'setsid sleep 1000 & echo $!; (setsid sleep 1000 & echo $!); echo $$; exec sleep 1000';

function ask(program: string, args: string[]): string {
  return `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'process.run', params: { program, args } })}\n`;
}

/** The lines of a raw run that are JSON, its output among them being skipped. */
async function answerOf(raw: RawSocket): Promise<Record<string, unknown> | undefined> {
  for (;;) {
    const line = await raw.next();
    if (!line || 'result' in line || 'error' in line) return line;
  }
}

describe('process.run', () => {
  it('says what runs, streams what it prints and answers how it ended', async () => {
    await using rig = await start();
    const stream = rig.client.open('process.run', { program: 'sh', args: ['-c', 'echo out; echo err >&2; exit 3'] });
    const first = (await stream[Symbol.asyncIterator]().next()).value;
    const { stdout, stderr, ended, result } = await collect(stream);
    expect(first).toEqual({ item: { id: result.id, pid: result.pid } });
    expect([stdout.toString(), stderr.toString()]).toEqual(['out\n', 'err\n']);
    expect(ended.sort()).toEqual(['stderr', 'stdout']);
    expect(result).toMatchObject({ id: expect.stringMatching(/^[0-9a-f]{12}$/), exitCode: 3, signal: null });
  });

  it('keeps the last of what is printed for a client that allows it late', async () => {
    await using rig = await start();
    using raw = await openRawSocket(rig.running, rig.token);
    let text = '';
    raw.socket.on('data', (bytes: Buffer) => (text += String(bytes)));
    const params = { program: 'printf', args: ['%s', 'x'.repeat(100)] };
    raw.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'process.run', params, credit: 5 })}\n`);
    await waitFor('what is allowed', () => text.includes('xxxx'));
    // The program is over by now, and its output at its end.
    await sleep(300);
    raw.write('{"jsonrpc":"2.0","method":"rpc.credit","params":{"id":1,"n":1000}}\n');
    await waitFor('the answer', () => text.includes('"exitCode":0'));
    expect(text.replaceAll('exitCode', '').match(/x/g)).toHaveLength(100);
  });

  it('names the signal that ended it', async () => {
    await using rig = await start();
    expect((await bash(rig.client, 'kill -KILL $$')).result).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
  });

  it('hands arguments and environment over byte by byte, through no shell', async () => {
    await using rig = await start();
    const args = ['', ' ', '$HOME', '`id`', '; exit 1', '"\'\\', '*', '\n', '-n', 'ü€😀', 'x'.repeat(30_000)];
    const { stdout } = await collect(rig.client.open('process.run', { program: 'printf', args: ['%s\\0', ...args] }));
    expect(stdout.toString().split('\0').slice(0, -1)).toEqual(args);
    const { result, stdout: environment } = await collect(
      rig.client.open('process.run', {
        program: 'env',
        args: ['-0'],
        env: { ADDED: '$(id) ü\n' },
      }),
    );
    const variables = environment.toString().split('\0');
    expect(variables).toEqual(
      expect.arrayContaining(['ADDED=$(id) ü\n', `SEXTANT_RUN=${result.id}`, `PATH=${process.env['PATH']}`]),
    );
  });

  it('runs it where it is asked to', async () => {
    await using rig = await start({ cwd: '/usr' });
    const where = async (cwd?: string): Promise<string> =>
      (await collect(rig.client.open('process.run', { program: 'pwd', cwd }))).stdout.toString().trim();
    expect([await where(), await where('bin/..'), await where('/')]).toEqual(['/usr', '/usr', '/']);
  });

  it('passes on a hundred thousand lines printed at full speed, each once and in order', async () => {
    await using rig = await start();
    const { stdout } = await collect(rig.client.open('process.run', { program: 'seq', args: ['100000'] }));
    expect(stdout.toString() === Array.from({ length: 100_000 }, (_, at) => `${at + 1}\n`).join('')).toBe(true);
  });

  it('passes on both channels of several at full speed to a client that pauses, each byte in its place', async () => {
    await using rig = await start();
    const line = 'seq 1 1000000 & seq 1000001 2000000 >&2; wait';
    const text = (from: number, to: number): string =>
      Array.from({ length: to - from + 1 }, (_, at) => `${from + at}\n`).join('');
    const runs = await Promise.all(
      [1, 2, 3].map(async () => {
        const stream = rig.client.open('process.run', { program: 'bash', args: ['-c', line] });
        await sleep(200);
        return await collect(stream);
      }),
    );
    const [out, err] = [text(1, 1_000_000), text(1_000_001, 2_000_000)];
    expect(runs.map(({ stdout, stderr }) => [stdout.toString() === out, stderr.toString() === err])).toEqual(
      runs.map(() => [true, true]),
    );
  });

  it('loses no byte of programs that end at once', async () => {
    await using rig = await start();
    for (let round = 0; round < 20; round += 1) {
      const texts = Array.from({ length: 10 }, () => randomBytes(1000 * (round + 1)).toString('hex'));
      const printed = await Promise.all(
        texts.map((text) =>
          collect(rig.client.open('process.run', { program: 'printf', args: ['%s', text.slice(0, 30_000)] })),
        ),
      );
      expect(printed.map(({ stdout }) => stdout.toString())).toEqual(texts.map((text) => text.slice(0, 30_000)));
    }
  });

  it('takes input until it is ended', async () => {
    await using rig = await start();
    const stream = rig.client.open('process.run', { program: 'sort' });
    await stream.write('stdin', Buffer.from('b\n'));
    await stream.write('other', Buffer.from('no channel of this\n'));
    await stream.write('stdin', Buffer.from('a\n'));
    stream.end('stdin');
    expect((await collect(stream)).stdout.toString()).toBe('a\nb\n');
  });

  it('carries ten megabytes through cat, both ways at once', async () => {
    await using rig = await start();
    const content = randomBytes(10_000_000);
    const stream = rig.client.open('process.run', { program: 'cat' });
    const written = stream.write('stdin', content).then(() => stream.end('stdin'));
    const { stdout, result } = await collect(stream);
    await written;
    expect(stdout.equals(content)).toBe(true);
    expect(result.exitCode).toBe(0);
  });

  it('drops input for a program that reads no more', async () => {
    await using rig = await start();
    const stream = rig.client.open('process.run', {
      program: 'bash',
      args: ['-c', 'exec <&-; echo closed; sleep 0.3; exit 7'],
    });
    const parts = stream[Symbol.asyncIterator]();
    await parts.next();
    await parts.next();
    await stream.write('stdin', randomBytes(1_000_000));
    stream.end('stdin');
    await stream.write('stdin', Buffer.from('after the end'));
    expect(await stream.result).toMatchObject({ exitCode: 7 });
    expect(await rig.client.ping()).toBeGreaterThan(0);
  });

  it('makes the sender wait for a program that does not read', async () => {
    await using rig = await start();
    const stream = rig.client.open('process.run', { program: 'sleep', args: ['1000'] });
    const written = stream.write('stdin', randomBytes(10_000_000));
    expect(await Promise.race([written, sleep(500, 'waiting')])).toBe('waiting');
    stream.cancel();
    expect(await written).toBe(false);
  });

  it('pauses a program whose client does not read', async () => {
    await using rig = await start();
    const socket = connect(rig.running);
    socket.write(helloLine(rig.token) + ask('yes', []));
    let text = '';
    while (!text.includes('"pid":')) text += String(await once(socket, 'data'));
    socket.pause();
    const pid = Number(/"pid":(\d+)/.exec(text)?.[1]);
    let before = -1;
    await waitFor('a pause', async () => {
      const used = ticksOf(pid) - before;
      before = ticksOf(pid);
      await sleep(300);
      return used === 0;
    });
    expect(isAlive(pid)).toBe(true);
    socket.on('data', () => {}).resume();
    await waitFor('it to go on', () => ticksOf(pid) > before);
    socket.destroy();
    await allGone([pid], 2000);
  });

  it('answers a second after the end if a child of it still holds its output', async () => {
    await using rig = await start();
    const begin = performance.now();
    const { stdout, ended, result } = await bash(rig.client, 'sleep 1000 & echo $!');
    expect(result.exitCode).toBe(0);
    expect(ended.sort()).toEqual(['stderr', 'stdout']);
    expect(performance.now() - begin).toBeGreaterThan(950);
    expect(performance.now() - begin).toBeLessThan(2500);
    await allGone(outside([Number(stdout)]), 2000);
  });

  it('waits for what a child of it prints soon after its end', async () => {
    await using rig = await start();
    expect((await bash(rig.client, '(sleep 0.3; echo late) & echo early')).stdout.toString()).toBe('early\nlate\n');
  });

  it('ends what it left behind', async () => {
    await using rig = await start();
    const { stdout } = await bash(rig.client, '(setsid sleep 1000 >/dev/null 2>&1 & echo $!)');
    const left = outside([Number(stdout)]);
    expect(left.every(isAlive)).toBe(true);
    await allGone(left, 3000);
  });

  it('ends the whole tree when cancelled, and answers then', async () => {
    await using rig = await start();
    const stream = rig.client.open('process.run', { program: 'bash', args: ['-c', FAMILY] });
    const pids = await numbersOf(stream, 3);
    expect(pids.every(isAlive)).toBe(true);
    stream.cancel();
    await expect(stream.result).rejects.toMatchObject({ type: 'cancelled' });
    expect(pids.some(isAlive)).toBe(false);
  });

  it('lets a program print its last words when cancelled', async () => {
    await using rig = await start();
    const line = 'trap "sleep 0.3; echo bye; exit" TERM; echo up; while :; do sleep 0.1; done';
    const stream = rig.client.open('process.run', { program: 'bash', args: ['-c', line] });
    let printed = '';
    for await (const { body } of stream) {
      printed += Buffer.from(body ?? []).toString();
      if (printed === 'up\n') stream.cancel();
    }
    // The shell reports its own sleep that went with it.
    expect(printed).toMatch(/^up\n(Terminated\n)?bye\n$/);
    await expect(stream.result).rejects.toMatchObject({ type: 'cancelled' });
  });

  it('ends the whole tree when its time is over', async () => {
    await using rig = await start();
    const stream = rig.client.open('process.run', { program: 'bash', args: ['-c', FAMILY] }, { timeout: 500 });
    const pids = await numbersOf(stream, 3);
    await expect(stream.result).rejects.toMatchObject({ type: 'deadline_exceeded' });
    await allGone(pids, 2000);
  });

  it('ends the whole tree when its connection is lost', async () => {
    await using rig = await start();
    const client = await rig.connect();
    const pids = await numbersOf(client.open('process.run', { program: 'bash', args: ['-c', FAMILY] }), 3);
    client.close();
    await allGone(pids, 2000);
  });

  it('ends the whole tree when its client is killed', async () => {
    await using rig = await start();
    const script =
      'const s = require("net").connect(+process.argv[1]); s.write(process.argv[2]); s.pipe(process.stdout)';
    const client = spawn(process.execPath, [
      '-e',
      script,
      String(rig.running.port),
      helloLine(rig.token) + ask('bash', ['-c', FAMILY]),
    ]);
    const numbers: number[] = [];
    for await (const chunk of client.stdout) {
      for (const [pid] of String(chunk).matchAll(/^\d+$/gm)) numbers.push(Number(pid));
      if (numbers.length >= 3) break;
    }
    const pids = outside(numbers);
    expect(pids.every(isAlive)).toBe(true);
    client.kill('SIGKILL');
    await allGone(pids, 2000);
  });

  it('answers a client that has ended its own side', async () => {
    await using rig = await start();
    using raw = await openRawSocket(rig.running, rig.token);
    raw.socket.end(ask('bash', ['-c', 'sleep 1.2; exit 5']));
    expect(await answerOf(raw)).toMatchObject({ id: 1, result: { exitCode: 5 } });
    expect(await raw.next()).toBeUndefined();
  });

  it('takes the end of the client for the end of its input', async () => {
    await using rig = await start();
    const socket = connect({ ...rig.running, allowHalfOpen: true });
    socket.end(
      `${helloLine(rig.token)}${ask('cat', [])}{"jsonrpc":"2.0","method":"rpc.data","params":{"id":1,"channel":"stdin"},"body":6}\nhello\n\n`,
    );
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    expect(text).toMatch(/"channel":"stdout"\},"body":6\}\nhello\n\n/);
    expect(text).toMatch(/"exitCode":0/);
  });

  it('ends with a client that has ended its own side and is gone', async () => {
    await using rig = await start();
    using raw = await openRawSocket(rig.running, rig.token);
    raw.socket.end(ask('sleep', ['1000']));
    const { params } = (await raw.next()) as { params: { item: { pid: number } } };
    raw.socket.destroy();
    expect(isAlive(params.item.pid)).toBe(true);
    await allGone([params.item.pid], 3000);
  });
});
