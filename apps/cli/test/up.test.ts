import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@sextant/testing/rig';
import { waitFor } from '@sextant/testing/wait';
import {
  childrenOf,
  find,
  isAlive,
  jsonLines,
  left,
  listening,
  loopback,
  pidOf,
  serving,
  servingWith,
  FREE_PORTS,
} from './services.ts';
import { at, MAIN, run, sextantInTerminal } from './sextant.ts';

const SIX = ['chat-relay', 'contact-registry', 'container-server', 'file-server', 'process-server', 'peer-node'];

describe('up SERVICE --json', () => {
  it('prints one line once it listens, serves, and ends with 0 when asked to', async () => {
    await using home = await temporaryFolder();
    await using up = serving('up', 'file-server', '--port', '0', '--home', home.path, '--json');
    const [service] = await listening(up, 1);
    expect(Object.keys(service)).toEqual(['service', 'host', 'port', 'pid']);
    expect(service).toMatchObject({ service: 'file-server', host: '127.0.0.1' });
    expect(service.pid).not.toBe(up.child.pid);
    expect(await run([...at(service), 'file', 'time'])).toMatchObject({ code: 0, stderr: '' });
    expect(await readFile(join(home.path, 'file-server', 'log'), 'utf8')).toContain('"listening"');
    up.child.kill('SIGTERM');
    expect(await up.ended()).toBe(0);
    expect(await isAlive(service.pid)).toBe(false);
    expect(jsonLines(up.stdout())).toHaveLength(1);
    expect(up.stderr()).toBe('');
  });

  it('does not start again what dies, and fails once nothing is left', async () => {
    await using home = await temporaryFolder();
    await using up = serving('up', 'file-server', '--port', '0', '--home', home.path, '--json');
    const [service] = await listening(up, 1);
    process.kill(service.pid, 'SIGKILL');
    expect(await up.ended()).toBe(1);
    expect(up.stderr()).toBe('file-server ended by SIGKILL.\n');
    expect(jsonLines(up.stdout())).toHaveLength(1);
  });

  it('starts all six, and three peers that find each other', async () => {
    await using home = await temporaryFolder();
    await using up = servingWith(FREE_PORTS, 'up', '--home', home.path, '--json');
    const services = await listening(up, 8);
    expect(new Set(services.map(({ service }) => service))).toEqual(new Set(SIX));
    await waitFor('each peer to see two others', async () => {
      const { stdout } = await run([...at(find(services, 'contact-registry')), 'peer', 'ls', '--json']);
      const views = jsonLines(stdout) as { peers: unknown[] }[];
      return views.length === 3 && views.every(({ peers }) => peers.length === 2);
    });
    const start = performance.now();
    up.child.kill('SIGTERM');
    expect(await up.ended()).toBe(0);
    expect(performance.now() - start).toBeLessThan(2000);
    expect(await left(services)).toEqual([]);
  });
});

describe('up', () => {
  it('shows a table, says what to type next, and starts again what dies', async () => {
    await using home = await temporaryFolder();
    const names = ['file-server', 'contact-registry', 'peer-node'];
    await using up = servingWith(FREE_PORTS, 'up', ...names, '--home', home.path);
    await up.shows('Ctrl-C stops everything.');
    const rows = up
      .stdout()
      .trimEnd()
      .split('\n')
      .map((row) => row.split(/ {2,}/));
    const address = expect.stringMatching(/^127\.0\.0\.1:\d+$/);
    expect(rows).toEqual([
      ['SERVICE', 'ADDRESS', 'STATE'],
      ['file-server', address, 'running'],
      ['contact-registry', address, 'running'],
      ['peer-node-1', address, 'running'],
    ]);
    expect(up.stderr()).toContain(`sextant --home ${home.path} --host ${rows[1]?.[1]} file ls `);
    process.kill(await pidOf(up, 'file-server'), 'SIGKILL');
    await up.shows(`file-server is back on ${rows[1]?.[1]}.`);
    expect(up.stderr()).toContain('file-server ended by SIGKILL; starting it again in');
    expect(await run(['--host', rows[1]?.[1] ?? '', 'file', 'time'])).toMatchObject({ code: 0 });
    process.kill(await pidOf(up, 'peer-node'), 'SIGKILL');
    await up.shows('peer-node-1 is back on 127.0.0.1:');
    up.child.kill('SIGINT');
    expect(await up.ended()).toBe(0);
  });

  it('finds what runs already', async () => {
    await using home = await temporaryFolder();
    const flags = ['--host', loopback(), '--home', home.path];
    await using up = serving('up', 'contact-registry', ...flags);
    await up.shows('Ctrl-C stops everything.');
    const again = await run(['up', 'contact-registry', ...flags]);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('already running') });
    expect(again.stderr).toContain('Everything is already running');
    expect(await run(['up', 'contact-registry', ...flags, '--json'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'error: contact-registry is already running on port 8080.\n',
    });
    await using other = await temporaryFolder();
    const elsewhere = await run(['up', 'contact-registry', ...flags, '--home', other.path]);
    expect(elsewhere.stdout).toContain('not running: port 8080 has this service of another home');
    expect(elsewhere.code).toBe(6);
  });

  it('says that a port is taken and that there is no Docker engine, and goes on', async () => {
    await using home = await temporaryFolder();
    await using taken = await takePort(5000);
    const flags = ['--host', taken.host, '--home', home.path];
    await using up = servingWith(
      { DOCKER_HOST: 'unix:///nowhere/docker.sock' },
      'up',
      'chat-relay',
      'container-server',
      ...flags,
    );
    await up.shows('Ctrl-C stops everything.');
    expect(up.stdout()).toMatch(/^chat-relay +- +not running: port 5000 is taken by another program/m);
    expect(up.stdout()).toMatch(/^container-server +\S+:8888 +running, no Docker engine$/m);
    expect(up.stderr()).toContain('No Docker engine answers at unix:///nowhere/docker.sock. Start one');
    const json = await run(['up', 'chat-relay', ...flags, '--json']);
    expect(json).toMatchObject({ code: 1, stdout: '' });
    expect(json.stderr).toBe(
      'error: chat-relay: port 5000 is taken by another program; stop it, or choose another with --port\n',
    );
  });

  it.each([
    [['up', 'fileserver'], 'There is no service "fileserver". Did you mean file-server?'],
    [['up', '--port', '7000'], '--port is for one service'],
    [['up', 'file-server', '--port', 'x'], 'It is a number from 0 to 65535.'],
    [['up', 'peer-node', '--registry', 'a/b'], '"a/b" is no address: write HOST or HOST:PORT.'],
    [
      ['up', 'file-server', '--host', '0.0.0.0', '--port', '0', '--json'],
      'file-server: 0.0.0.0 can be reached from other machines, which takes TLS',
    ],
    [['peer', 'start', '--count', '2', '--name', 'a'], '--name is for one peer.'],
    [['up', '--socket', '/tmp/x.sock'], '--socket is for one service'],
    [['up', 'file-server', '--port', '0', '--limits', 'lines=1', '--json'], 'file-server: '],
    [['up', 'peer-node', '--registry', 'tls://box'], 'write HOST or HOST:PORT'],
  ])('refuses %j', async (args, why) => {
    const { code, stdout, stderr } = await run(args);
    expect(stderr).toContain(why);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('says where it cannot write', async () => {
    const { code, stderr } = await run(['up', 'file-server', '--port', '0', '--home', '/dev/null/home', '--json']);
    expect(stderr).toBe(
      'error: file-server: /dev/null/home/file-server cannot be written (ENOTDIR); choose another folder with --home\n',
    );
    expect(code).toBe(1);
  });
});

describe('the end of up', () => {
  it('by kill -9 leaves no service behind', async () => {
    await using home = await temporaryFolder();
    await using up = serving(
      'up',
      'file-server',
      'process-server',
      '--host',
      loopback(),
      '--home',
      home.path,
      '--json',
    );
    const services = await listening(up, 2);
    up.child.kill('SIGKILL');
    await waitFor('all services to end', async () => (await left(services)).length === 0);
  });

  it('by kill -9 while services start leaves none behind either', async () => {
    await using home = await temporaryFolder();
    await using up = serving('up', 'file-server', '--port', '0', '--home', home.path, '--json');
    const log = join(home.path, 'file-server', 'log');
    await waitFor(
      'the service to be started',
      () =>
        readFile(log).then(
          () => true,
          () => false,
        ),
      15_000,
    );
    await waitFor('its process', async () => (await childrenOf(up.child.pid ?? 0)).length > 0);
    const services = (await childrenOf(up.child.pid ?? 0)).map((pid) => ({ pid }));
    up.child.kill('SIGKILL');
    await waitFor('it to end', async () => (await left(services)).length === 0, 15_000);
  });

  it('comes with the end of the program that started it with an IPC channel', async () => {
    await using home = await temporaryFolder();
    const args = ['up', 'file-server', '--port', '0', '--home', home.path, '--json'];
    const up = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    await once(up.stdout ?? up, 'data');
    up.disconnect();
    expect(await once(up, 'exit')).toEqual([0, null]);
  });

  it('kills after 1.8 s what does not end by itself', async () => {
    await using home = await temporaryFolder();
    await using up = serving('up', 'file-server', '--port', '0', '--home', home.path, '--json');
    const [service] = await listening(up, 1);
    process.kill(service.pid, 'SIGSTOP');
    const start = performance.now();
    up.child.kill('SIGTERM');
    expect(await up.ended()).toBe(0);
    expect(performance.now() - start).toBeLessThan(2300);
    expect(await isAlive(service.pid)).toBe(false);
  });

  it('is at once at the second Ctrl-C', async () => {
    await using home = await temporaryFolder();
    await using up = sextantInTerminal('up', 'file-server', '--port', '0', '--home', home.path);
    await up.shows('Ctrl-C stops everything.');
    const pid = await pidOf(up, 'file-server');
    process.kill(pid, 'SIGSTOP');
    up.type('\x03');
    await up.shows('Stopping everything.');
    await sleep(600);
    const start = performance.now();
    up.type('\x03');
    expect(await up.ended()).toBe(0);
    expect(performance.now() - start).toBeLessThan(700);
    expect(await isAlive(pid)).toBe(false);
  });
});

/** A foreign program on a port. */
async function takePort(port: number): Promise<{ host: string; port: number } & AsyncDisposable> {
  const server = createServer((socket) =>
    socket
      .on('error', () => {})
      .resume()
      .end('220 mail.example\r\n'),
  );
  await once(server.listen(port, loopback()), 'listening');
  const { address: host } = server.address() as AddressInfo;
  return {
    host,
    port,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}
