import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A service in a process of its own. `await using` ends it as its user would: SIGTERM, and it must exit with 0. */
export interface SpawnedService extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly host: string;
  readonly port: number;
}

/** As `sextant up` and each service's `start` have it. */
const NODE_FLAGS = ['--max-semi-space-size=8'];

/** How a service is started otherwise than usual. */
export interface SpawnOptions {
  flags?: readonly string[];
  /** Flags of Node itself. */
  nodeFlags?: readonly string[];
  /** A command that becomes the service in the same process, such as `prlimit --nofile=256`. */
  under?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Takes what it writes on stderr, line by line; unless given, the test's own stderr does. */
  log?: (line: string) => void;
  /** Told of the process at once, long before it listens. */
  spawned?: (child: ChildProcess) => void;
}

/** Starts a service by its `main`, on a free port unless told otherwise, and waits until it listens. */
export function spawnService(main: URL, home: string, ...flags: string[]): Promise<SpawnedService> {
  return spawnServiceWith(main, home, { flags });
}

/**
 * The same, with more to say.
 * @throws Error with what the service said, if it did not start.
 */
export async function spawnServiceWith(main: URL, home: string, options: SpawnOptions): Promise<SpawnedService> {
  const { flags = [], nodeFlags = NODE_FLAGS, under = [], env, log, spawned } = options;
  const args = [main.pathname, '--port', '0', '--home', home, '--log-level', 'error', ...flags];
  const [command = process.execPath, ...words] = [...under, process.execPath, ...nodeFlags, ...args];
  const child = spawn(command, words, {
    stdio: ['ignore', 'pipe', log ? 'pipe' : 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'sextant-test-cache'), ...env },
  });
  spawned?.(child);
  if (child.stderr && log) createInterface({ input: child.stderr }).on('line', log);
  const ready = await readReady(child);
  if (ready.error !== undefined) throw new Error(`${main.pathname} did not start: ${ready.error}`);
  const { pid = 0 } = child;
  return { child, pid, host: ready.host, port: ready.port, [Symbol.asyncDispose]: () => end(child) };
}

interface Ready {
  host: string;
  port: number;
  error?: string;
}

function readReady(child: ChildProcess): Promise<Ready> {
  return new Promise((resolve, reject) => {
    if (!child.stdout) throw new Error('a service without stdout');
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line) as Ready));
    child.once('error', reject).once('exit', (code, signal) => reject(new Error(`it ended with ${code ?? signal}`)));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`a service ended with ${code}`);
}
