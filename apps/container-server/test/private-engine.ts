import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { readdir, readFile, rmdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { describeUnless } from '@sextant/testing/describe-unless';
import { missingNamespaces, missingPrograms } from '@sextant/testing/missing';
import { temporaryFolder } from '@sextant/testing/rig';
import { waitFor } from '@sextant/testing/wait';
import { IMAGE } from './real-engine.ts';

const run = promisify(execFile);
/** Its network and its mounts are its own: in the machine's it would take another engine's bridge for its own, or remove it. */
const ROOMS = ['--net', '--mount'];
const FLAGS = ['--iptables=false', '--ip-masq=false'];
const ANSWER_MS = 30_000;

const missing = (await missingNamespaces()) ?? (await missingPrograms('dockerd', 'docker', 'nsenter'));
/** Tests on an engine that they start and end: where none can be started they are skipped, loudly; with CI=true they fail. */
export const describeWithPrivateEngine = describeUnless(missing);

/** A Docker engine of one test, in rooms of its own. `await using` ends it and its containers; their mounts go with the rooms. */
export class PrivateEngine implements AsyncDisposable {
  readonly #folder: Awaited<ReturnType<typeof temporaryFolder>>;
  readonly #flags: readonly string[];
  /** Keeps its rooms while it is away. */
  readonly #keeper: ChildProcess;
  #process: ChildProcess | undefined;

  private constructor(folder: Awaited<ReturnType<typeof temporaryFolder>>, flags: readonly string[]) {
    this.#folder = folder;
    this.#flags = flags;
    this.#keeper = spawn('unshare', [...ROOMS, 'sh', '-c', 'ip link set lo up && echo ready && exec sleep infinity']);
  }

  /** Starts one that has the image of the tests. */
  static async start(...flags: string[]): Promise<PrivateEngine> {
    return PrivateEngine.startAt(await temporaryFolder(), ...flags);
  }

  /** The same in a folder that is there. */
  static async startAt(
    folder: Awaited<ReturnType<typeof temporaryFolder>>,
    ...flags: string[]
  ): Promise<PrivateEngine> {
    const engine = new PrivateEngine(folder, flags);
    try {
      await once(engine.#keeper.stdout ?? engine.#keeper, 'data');
      await engine.start();
      const archive = join(folder.path, 'image.tar');
      await run('docker', ['save', '--output', archive, IMAGE]);
      await engine.docker('load', '--quiet', '--input', archive);
    } catch (error) {
      await engine[Symbol.asyncDispose]();
      throw error;
    }
    return engine;
  }

  get path(): string {
    return join(this.#folder.path, 'docker.sock');
  }

  get url(): string {
    return `unix://${this.path}`;
  }

  /** Docker's own client, at this engine. */
  async docker(...words: string[]): Promise<string> {
    return (await run('docker', ['--host', this.url, ...words], { timeout: ANSWER_MS })).stdout.trim();
  }

  /** What it answers, without a client between. */
  async get<T>(path: string): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    request({ socketPath: this.path, path, agent: false, timeout: ANSWER_MS }, (answer) => {
      text(answer).then((said) => resolve(JSON.parse(said) as T), reject);
    })
      .on('error', reject)
      .end();
    return promise;
  }

  /** Starts it, and waits until it answers. */
  async start(): Promise<void> {
    const at = (name: string): string => join(this.#folder.path, name);
    const log = openSync(at('log'), 'a');
    const places = ['--data-root', at('data'), '--exec-root', at('exec'), '--pidfile', at('pid'), '--host', this.url];
    this.#process = spawn('nsenter', [...this.#rooms, 'dockerd', ...places, ...FLAGS, ...this.#flags], {
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    const started = this.#process;
    await waitFor(
      'the engine answers',
      async () => {
        if (started.exitCode !== null)
          throw new Error(`dockerd ended: ${(await readFile(at('log'), 'utf8')).slice(-2000)}`);
        return this.get('/version').catch(() => undefined);
      },
      ANSWER_MS,
    );
  }

  /** A way from a Unix socket of the machine to a port of this engine's network. */
  async relay(port: number): Promise<{ path: string } & AsyncDisposable> {
    const path = join(this.#folder.path, 'relay.sock');
    const script = `const net = require('node:net');
      net.createServer((socket) => {
        const other = net.connect(${port}, '127.0.0.1');
        for (const [one, two] of [[socket, other], [other, socket]])
          one.on('error', () => {}).on('close', () => two.destroy()).pipe(two);
      }).listen(process.argv[1], () => console.log('ready'));`;
    const child = spawn('nsenter', [...this.#rooms, process.execPath, '-e', script, path], { stdio: 'pipe' });
    const ended = once(child, 'exit');
    await Promise.race([once(child.stdout, 'data'), ended.then(() => Promise.reject(new Error('no relay')))]);
    return {
      path,
      async [Symbol.asyncDispose]() {
        child.kill('SIGKILL');
        await ended;
      },
    };
  }

  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }

  /** Ends it by a signal. Without live-restore TERM stops its containers; KILL leaves them to the next one. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const pid = await readFile(join(this.#folder.path, 'exec/containerd/containerd.pid'), 'utf8').catch(() => '');
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    // The next one would take the dying one's for its own.
    if (pid !== '') await waitFor('containerd is gone', () => !existsSync(`/proc/${pid.trim()}`));
  }

  get #rooms(): string[] {
    return ['--target', `${this.#keeper.pid}`, ...ROOMS];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { path } = this.#folder;
    this.signal('SIGCONT');
    const containers = await readdir(join(path, 'data', 'containers')).catch(() => []);
    await this.end('SIGKILL');
    this.#keeper.kill('SIGKILL');
    for (const pid of await processesOf(path)) {
      const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
      for (const child of [...children.split(' ').filter(Boolean).map(Number), pid]) kill(child);
    }
    await waitFor('its processes are gone', async () => (await processesOf(path)).length === 0);
    for (const controller of await readdir('/sys/fs/cgroup')) {
      for (const id of containers) await rmdir(join('/sys/fs/cgroup', controller, 'docker', id)).catch(() => {});
    }
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** Those that were told of a folder: containerd, and what runs each container. */
async function processesOf(folder: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return pids.filter((_, at) => lines[at]?.includes(`${folder}/`));
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
