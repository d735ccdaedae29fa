import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A service in a process of its own. `await using` ends it as its user would: SIGTERM, and it must exit with 0. */
export interface SpawnedService extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly host: string;
  readonly port: number;
}

/** Starts a service by its `main`, on a free port unless told otherwise, and waits until it listens. */
export async function spawnService(main: URL, home: string, ...flags: string[]): Promise<SpawnedService> {
  const args = [main.pathname, '--port', '0', '--home', home, '--log-level', 'error', ...flags];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'sextant-test-cache') },
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const ready = JSON.parse(line) as { host: string; port: number; error?: string };
  if (ready.error !== undefined) throw new Error(`${main.pathname} did not start: ${ready.error}`);
  return { child, host: ready.host, port: ready.port, [Symbol.asyncDispose]: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`a service ended with ${code}`);
}
