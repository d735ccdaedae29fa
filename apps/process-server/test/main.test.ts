import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it } from '@jest/globals';
import { connect } from '@sextant/client/connect';
import { processService } from '@sextant/protocol/process';
import { readLocalToken } from '@sextant/service/identity/local-token';
import { temporaryFolder } from '@sextant/testing/rig';
import { allGone, isAlive, numbersOf, type Processes } from './rig.ts';

const DEAF = 'trap "" TERM INT HUP; echo $$; while :; do sleep 1; done';

/** The service as a process of its own, and a client of it. */
async function launch(home: string): Promise<{ server: ChildProcess; client: Processes }> {
  const main = new URL('../src/main.ts', import.meta.url).pathname;
  const server = spawn(process.execPath, [main, '--port', '0', '--home', home, '--log-level', 'silent'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
  const client = await connect(processService, JSON.parse(line) as { host: string; port: number }, {
    client: 'test/1',
    auth: { type: 'token', token: readLocalToken(home) ?? '' },
  });
  return { server, client };
}

describe('the service as a program', () => {
  it('ends with 0, and with all that it runs', async () => {
    await using home = await temporaryFolder();
    const { server, client } = await launch(home.path);
    const [pid = 0] = await numbersOf(client.open('process.run', { program: 'bash', args: ['-c', DEAF] }), 1);
    expect(isAlive(pid)).toBe(true);
    const begin = performance.now();
    server.kill('SIGINT');
    expect(await once(server, 'exit')).toEqual([0, null]);
    expect(performance.now() - begin).toBeLessThan(2000);
    expect(isAlive(pid)).toBe(false);
    await client.closed;
  });

  it('leaves nothing behind when a second signal ends it at once', async () => {
    await using home = await temporaryFolder();
    const { server, client } = await launch(home.path);
    const [pid = 0] = await numbersOf(client.open('process.run', { program: 'bash', args: ['-c', DEAF] }), 1);
    const begin = performance.now();
    server.kill('SIGTERM');
    server.kill('SIGINT');
    expect(await once(server, 'exit')).toEqual([1, null]);
    // Sooner than KILL would come after the first one.
    expect(performance.now() - begin).toBeLessThan(1000);
    await client.closed;
    await allGone([pid], 500);
  });

  it('leaves nothing behind when it is killed, also of what left its group', async () => {
    await using home = await temporaryFolder();
    const { server, client } = await launch(home.path);
    const line = `setsid sleep 1000 & echo $!; (setsid sleep 1000 & echo $!); ${DEAF}`;
    const pids = await numbersOf(client.open('process.run', { program: 'bash', args: ['-c', line] }), 3);
    const { pid } = await client.call('process.start', { program: 'sleep', args: ['1000'], detached: true });
    expect([...pids, pid].every(isAlive)).toBe(true);
    server.kill('SIGKILL');
    await once(server, 'exit');
    await client.closed;
    await allGone([...pids, pid], 1000);
  });
});
