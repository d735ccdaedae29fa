import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeUnless } from '@sextant/testing/describe-unless';
import { missingPrograms } from '@sextant/testing/missing';
import { waitFor } from '@sextant/testing/wait';
import { buildImages, docker, missingEngine, TAG } from './docker.ts';

const run = promisify(execFile);
const FILE = fileURLToPath(new URL('../compose.yaml', import.meta.url));
const PUBLISHED = ['CONTACT_REGISTRY', 'CHAT_RELAY', 'FILE_SERVER', 'PROCESS_SERVER', 'CONTAINER_SERVER'];
const PEERS = ['peer-1', 'peer-2', 'peer-3', 'peer-4', 'peer-5'];

describeUnless((await missingEngine()) ?? (await missingPrograms('docker-compose')))('the composition', () => {
  const all = ['-p', `sextant-test-${randomUUID().slice(0, 8)}`, '-f', FILE];
  const env: NodeJS.ProcessEnv = { ...process.env, SEXTANT_TAG: TAG };

  async function compose(...words: string[]): Promise<string> {
    return (await run('docker-compose', [...all, ...words], { env })).stdout;
  }

  /** The command line, in a container beside the services; what it reads on stdin. */
  async function sextant(words: readonly string[], input = ''): Promise<string> {
    const running = run('docker-compose', [...all, 'run', '--rm', '-T', 'sextant', ...words], { env });
    running.child.stdin?.end(input);
    return (await running).stdout;
  }

  function talk(...words: string[]): ChildProcess {
    const stdio = ['pipe', 'pipe', 'inherit'] as const;
    return spawn('docker-compose', [...all, 'run', '--rm', '-T', 'sextant', ...words], { env, stdio: [...stdio] });
  }

  /** True once exactly these peers are registered, and each is connected with every other one. */
  async function haveMet(names: readonly string[]): Promise<boolean> {
    const lines = (await sextant(['--json', '--host', 'contact-registry', 'peer', 'ls'])).trim().split('\n');
    const views = lines.map((line) => JSON.parse(line) as { name: string; peers?: unknown[] });
    const registered = views.map(({ name }) => name).sort();
    return (
      JSON.stringify(registered) === JSON.stringify(names) &&
      views.every(({ peers }) => peers?.length === names.length - 1)
    );
  }

  beforeAll(async () => {
    // Any free ports: the usual ones may be taken here.
    for (const service of PUBLISHED) env[`${service}_PORT`] = '0';
    env['DOCKER_GID'] = String((await stat('/var/run/docker.sock')).gid);
    await buildImages();
    await compose('up', '-d');
  }, 300_000);
  afterAll(async () => {
    await compose('down', '--volumes', '--timeout', '10');
  }, 60_000);

  it('is healthy as a whole', async () => {
    const ids = (await compose('ps', '-q')).trim().split('\n');
    const healths = (): Promise<string> =>
      docker('inspect', '--format', '{{.Name}}{{with .State.Health}} {{.Status}}{{end}}', ...ids);
    const healthy = PUBLISHED.length + PEERS.length;
    await waitFor('all', async () => (await healths()).match(/ healthy$/gm)?.length === healthy, 30_000);
  }, 40_000);

  it('has peers that find and greet each other over the network', async () => {
    await waitFor('all to have met', () => haveMet(PEERS), 20_000);
  }, 30_000);

  it('loses a peer that is stopped, and nobody else', async () => {
    await compose('stop', 'peer-5');
    await waitFor('the others to know', () => haveMet(PEERS.slice(0, -1)), 20_000);
  }, 40_000);

  it('carries a chat', async () => {
    const ann = talk('--host', 'chat-relay', 'chat', 'ops', '--nick', 'ann');
    let heard = '';
    ann.stdout?.on('data', (text: Buffer) => (heard += text.toString()));
    // There is no such room before she has come.
    const members = (): Promise<string> => sextant(['--host', 'chat-relay', 'chat', 'members', 'ops']).catch(() => '');
    await waitFor('ann to be there', async () => (await members()).includes('ann'), 20_000);
    await sextant(['--host', 'chat-relay', 'chat', 'send', 'ops', 'the rig is up']);
    await waitFor('ann to hear it', () => heard.includes('the rig is up'));
    ann.stdin?.end('#LOGOUT\n');
    await waitFor('ann to be gone', () => ann.exitCode === 0);
  }, 60_000);

  it('keeps a file', async () => {
    await sextant(['--host', 'file-server', 'file', 'put', '-', 'notes.txt'], 'some bytes\n');
    expect(await sextant(['--host', 'file-server', 'file', 'get', 'notes.txt', '-'])).toBe('some bytes\n');
  }, 30_000);

  it('runs a program', async () => {
    const program = ['sh', '-c', 'echo $((6 * 7)); id -u'];
    expect(await sextant(['--host', 'process-server', 'run', '--', ...program])).toBe('42\n1000\n');
  }, 30_000);

  it('lets programs see nothing that opens the other services', async () => {
    const find = 'find /var/lib/sextant -name "*token" -o -name "ca-key.pem"; touch /var/lib/sextant/tokens/x 2>&1';
    const seen = await sextant(['--host', 'process-server', 'run', '--', 'sh', '-c', `${find}; true`]);
    const [own, ...refused] = seen.trim().split('\n');
    expect(own).toBe('/var/lib/sextant/token');
    expect(refused).toEqual([expect.stringContaining('Read-only file system')]);
    const stolen = await sextant(['--host', 'process-server', 'run', '--', 'cat', '/var/lib/sextant/token']);
    await compose(
      'exec',
      '-T',
      'container-server',
      'sh',
      '-c',
      'test "$0" != "$(cat /var/lib/sextant/token)"',
      stolen.trim(),
    );
  }, 40_000);

  it('leaves no zombie of a program', async () => {
    await sextant(['--host', 'process-server', 'run', '--', 'sh', '-c', '(sleep 0.2 &) ; (sleep 0.2 &)']);
    const states = (): Promise<string> =>
      compose('exec', '-T', 'process-server', 'sh', '-c', 'grep -h State /proc/[0-9]*/status');
    await waitFor('nobody to be left', async () => !(await states()).includes('zombie'));
  }, 30_000);

  it('sees the engine that it runs on', async () => {
    const info = await sextant(['--json', '--host', 'container-server', 'container', 'info']);
    expect(JSON.parse(info)).toMatchObject({ version: await docker('version', '--format', '{{.Server.Version}}') });
  }, 30_000);
});
