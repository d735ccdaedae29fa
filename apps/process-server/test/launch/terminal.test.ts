import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@sextant/testing/rig';
import { waitFor } from '@sextant/testing/wait';
import { launch } from './launch.ts';
import { policyFile } from '../policy/policy-file.ts';
import { bash, collect, launcherOf, membersOf, start, type Processes, type Running } from '../rig.ts';

/** A line of bash in a terminal. */
function open(client: Processes, line: string, more: object = {}): Running {
  return client.open('process.run', { program: 'bash', args: ['-c', line], tty: true, ...more });
}

/** What a terminal shows from now on, until that is there; the rest is for the next. */
function screenOf(stream: AsyncIterable<{ channel?: string; body?: Uint8Array }>): (text: string) => Promise<string> {
  const parts = stream[Symbol.asyncIterator]();
  let shown = '';
  return async (text) => {
    while (!shown.includes(text)) {
      const { value, done } = await parts.next();
      if (done) throw new Error(`it ended after ${JSON.stringify(shown)}`);
      if (value.channel === 'stdout') shown += Buffer.from(value.body ?? []).toString();
    }
    const end = shown.indexOf(text) + text.length;
    const before = shown.slice(0, end);
    shown = shown.slice(end);
    return before;
  };
}

describe('a program in a terminal', () => {
  it('has one, of the size that is asked for, and prints all it prints as stdout', async () => {
    await using rig = await start();
    const line = 'test -t 0 && test -t 1 && test -t 2 && echo $TERM; stty size; tty; echo err >&2; echo $0; exit 3';
    const shown = await collect(open(rig.client, line, { columns: 100, rows: 30 }));
    expect(shown.stdout.toString()).toMatch(/^xterm-256color\r\n30 100\r\n\/dev\/pts\/\d+\r\nerr\r\nbash\r\n$/);
    expect(shown).toMatchObject({ stderr: Buffer.alloc(0), result: { exitCode: 3, signal: null } });
    expect(shown.ended.sort()).toEqual(['stderr', 'stdout']);
    const usual = await collect(open(rig.client, 'echo $TERM $LINES $COLUMNS; stty size', { env: { TERM: 'dumb' } }));
    expect(usual.stdout.toString()).toBe('dumb\r\n24 80\r\n');
  });

  it('names the signal that ended it, and why it could not be started', async () => {
    await using rig = await start();
    expect((await collect(open(rig.client, 'kill -KILL $$'))).result).toMatchObject({
      signal: 'SIGKILL',
      exitCode: null,
    });
    const missing = rig.client.call('process.run', { program: 'no-such-program', tty: true });
    await expect(missing).rejects.toMatchObject({ type: 'not_found', data: { reason: 'ENOENT' } });
  });

  it('is found as one without a terminal is, also where the search path has an empty part', async () => {
    await using rig = await start({ cwd: '/usr/bin' });
    const order = { program: 'cat', args: ['/proc/self/cmdline'], tty: true };
    const named = await collect(rig.client.open('process.run', order));
    expect(named.stdout.toString()).toBe('cat\0/proc/self/cmdline\0');
    await using policy = await policyFile({ rules: [{ users: ['*'], programs: ['*'], env: ['PATH'] }] });
    await using ruled = await start({ cwd: '/usr/bin', policy: policy.path });
    const env = { PATH: ':/bin' };
    const found = await collect(ruled.client.open('process.run', { ...order, env }));
    expect(found.stdout.toString()).toMatch(/^(\/usr)?\/bin\/cat\0\/proc\/self\/cmdline\0$/);
  });

  it('is told another size', async () => {
    await using rig = await start();
    const stream = open(rig.client, 'trap "stty size" WINCH; echo ready; while :; do sleep 0.05; done');
    const until = screenOf(stream);
    await until('ready');
    stream.send({ columns: 132, rows: 43 });
    await until('43 132\r\n');
    stream.cancel();
    await expect(stream.result).rejects.toMatchObject({ type: 'cancelled' });
  });

  it('is interrupted by what is typed, and told the end of input so, too', async () => {
    await using rig = await start();
    const stream = open(rig.client, 'echo ready; sleep 1000; echo "after $?"; cat; echo over');
    const until = screenOf(stream);
    await until('ready');
    await stream.write('stdin', Buffer.from('\x03'));
    const interrupted = await stream.result;
    expect(interrupted).toMatchObject({ exitCode: null, signal: 'SIGINT' });
    const reader = open(rig.client, 'echo ready; cat; echo over; exit 4');
    const shows = screenOf(reader);
    await shows('ready');
    await reader.write('stdin', Buffer.from('half a line'));
    reader.end('stdin');
    expect(await shows('over')).toBe('\r\nhalf a linehalf a lineover');
    expect(await reader.result).toMatchObject({ exitCode: 4 });
  });

  it('reads keys one by one, as editors do', async () => {
    await using rig = await start();
    const line = 'while read -rsn1 key; do printf "<%q>" "$key"; test "$key" = q && exit 7; done';
    const stream = open(rig.client, `echo ready; ${line}`);
    const until = screenOf(stream);
    await until('ready\r\n');
    await stream.write('stdin', Buffer.from('i'));
    await until('<i>');
    await stream.write('stdin', Buffer.from('\x1bq'));
    expect(await until('<q>')).toBe("<$'\\E'><q>");
    expect(await stream.result).toMatchObject({ exitCode: 7 });
  });

  it('carries a megabyte both ways, byte by byte', async () => {
    await using rig = await start();
    const content = randomBytes(1024 * 1024);
    const stream = open(rig.client, `stty raw -echo; echo ready; head -c ${content.length}`);
    const parts: Uint8Array[] = [];
    let written: Promise<unknown> | undefined;
    for await (const { channel, body } of stream) {
      if (channel !== 'stdout' || !body) continue;
      if (written) parts.push(body);
      else written = stream.write('stdin', content);
    }
    await written;
    expect(Buffer.concat(parts).equals(content)).toBe(true);
    expect(await stream.result).toMatchObject({ exitCode: 0 });
  });

  it('is waited for while it does not read, and so are others not', async () => {
    await using rig = await start();
    const stream = open(rig.client, 'stty raw -echo; echo ready; sleep 1000');
    await screenOf(stream)('ready');
    const written = stream.write('stdin', randomBytes(4_000_000));
    expect(await Promise.race([written, sleep(500, 'waiting')])).toBe('waiting');
    expect((await bash(rig.client, 'echo other')).stdout.toString()).toBe('other\n');
    stream.cancel();
    expect(await written).toBe(false);
  });

  it('is paused while its client does not read, and nothing of it is lost', async () => {
    await using rig = await start();
    const stream = open(rig.client, 'stty -opost; seq 1 400000');
    // It is over long before its output is read.
    await sleep(700);
    const { stdout } = await collect(stream);
    expect(stdout.toString() === Array.from({ length: 400_000 }, (_, at) => `${at + 1}\n`).join('')).toBe(true);
  });

  it('loses no byte of a thousand that end at once, and leaves nothing', async () => {
    await using rig = await start();
    const launcher = await launcherOf(rig.client);
    const run = (at: number): Promise<Awaited<ReturnType<typeof collect>>> =>
      collect(rig.client.open('process.run', { program: 'echo', args: [`line ${at}`], tty: true }));
    await run(0);
    const open = (): number => readdirSync(`/proc/${launcher}/fd`).length;
    const before = open();
    for (let round = 0; round < 50; round += 1) {
      const ended = await Promise.all(Array.from({ length: 20 }, (_, at) => run(20 * round + at)));
      const expected = ended.map((_, at) => `line ${20 * round + at}\r\n`);
      expect(ended.map(({ stdout }) => stdout.toString())).toEqual(expected);
    }
    await waitFor('all descriptors to be closed', () => open() <= before);
    // The one that shows which process is the launcher.
    expect(readFileSync(`/proc/${launcher}/task/${launcher}/children`, 'latin1')).toMatch(/^\d+ $/);
  });

  it('is ended with all that it started', async () => {
    await using rig = await start();
    const stream = open(rig.client, 'setsid sleep 1000 & (setsid sleep 1000 &); echo ready; exec sleep 1000');
    await screenOf(stream)('ready');
    const { items } = await rig.client.call('process.list', {});
    const id = items[0]?.id ?? '';
    await waitFor('all of it', async () => (await membersOf(id)).length === 3);
    stream.cancel();
    await expect(stream.result).rejects.toMatchObject({ type: 'cancelled' });
    expect(await membersOf(id)).toEqual([]);
  });

  it('goes with what it left behind', async () => {
    await using rig = await start();
    const { result } = await collect(open(rig.client, 'trap "" HUP; sleep 1000 &'));
    expect(result.exitCode).toBe(0);
    await waitFor('it to be gone', async () => (await membersOf(result.id)).length === 0, 3000);
  });

  it('keeps its terminal when whoever attached to it leaves, for the next with another size', async () => {
    await using rig = await start();
    const line = 'trap "stty size" WINCH; echo ready; while :; do read -t 0.05 word && echo "<$word>"; done';
    const { id, pid } = await rig.client.call('process.start', {
      program: 'bash',
      args: ['-c', line],
      tty: true,
      detached: true,
    });
    const client = await rig.connect();
    const first = client.open('process.attach', { target: id, since: 0, input: true });
    const item = (await first[Symbol.asyncIterator]().next()).value?.item;
    expect(item).toEqual({ id, name: 'bash', pid, tty: true, input: true });
    await screenOf(first)('ready');
    client.close();
    const second = rig.client.open('process.attach', { target: id, since: 0, input: true });
    const until = screenOf(second);
    await until('ready');
    second.send({ columns: 90, rows: 20 });
    await until('20 90');
    await second.write('stdin', Buffer.from('hello\r'));
    await until('<hello>');
    await rig.client.call('process.close', { target: id });
    await second.result;
  });

  it('gets no descriptor of the service or of other terminals, nor do others', async () => {
    await using rig = await start();
    const other = open(rig.client, 'echo ready; sleep 1000');
    await screenOf(other)('ready');
    for (const tty of [true, false]) {
      const { stdout } = await collect(
        rig.client.open('process.run', { program: 'ls', args: ['-l', '/proc/self/fd'], tty }),
      );
      expect(stdout.toString()).not.toContain('ptmx');
    }
    other.cancel();
    await other.result.catch(() => {});
  });

  it('is clearly refused where none can be made, and others are not', async () => {
    await using folder = await temporaryFolder();
    await using policy = await policyFile({ environment: ['NODE_OPTIONS'] });
    const env = { NODE_OPTIONS: '--no-experimental-ffi', PROCESS_SERVER_POLICY: policy.path };
    await using service = await launch(folder.path, { env });
    await expect(service.client.call('process.run', { program: 'true', tty: true })).rejects.toMatchObject({
      type: 'unavailable',
      data: { retry: 'no' },
      message: expect.stringContaining('terminals'),
    });
    expect(await service.client.call('process.run', { program: 'true' })).toMatchObject({ exitCode: 0 });
  });

  it('brings what terminals need to the launcher, which has nothing of it before', async () => {
    await using rig = await start();
    const launcher = await launcherOf(rig.client);
    const isLoaded = (): boolean => readFileSync(`/proc/${launcher}/maps`, 'latin1').includes('pty.node');
    expect(isLoaded()).toBe(false);
    await collect(open(rig.client, 'true'));
    expect(isLoaded()).toBe(true);
  });
});
