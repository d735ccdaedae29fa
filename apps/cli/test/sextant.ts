import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { spawnService, type SpawnedService } from '@sextant/testing/spawn';
import { waitFor } from '@sextant/testing/wait';

/** What starts the command line. */
export const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** The command line as a process. `await using` ends it if it still runs. */
export interface Sextant extends AsyncDisposable {
  readonly child: ChildProcess;
  /** What it printed so far. */
  stdout(): string;
  stderr(): string;
  type(text: string): void;
  /** Ends its input. */
  end(): void;
  /** Waits until it printed a text on either side. */
  shows(text: string): Promise<void>;
  /** Its exit code once all it printed was read. */
  ended(): Promise<number | null>;
}

/** Runs `sextant ARGS`. */
export function sextant(...args: string[]): Sextant {
  return follow(spawn(process.execPath, [MAIN, ...args], { env: environment() }));
}

/** Runs `sextant ARGS` with more in its environment. */
export function sextantWith(more: NodeJS.ProcessEnv, ...args: string[]): Sextant {
  return follow(spawn(process.execPath, [MAIN, ...args], { env: { ...environment(), ...more } }));
}

/** Runs `sextant ARGS` in a terminal of 80 columns that is typed into. */
export function sextantInTerminal(...args: string[]): Sextant {
  return inTerminal(`exec ${[process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(' ')}`);
}

/** Runs a line of a shell there. */
export function inTerminal(line: string): Sextant {
  return follow(
    spawn('script', ['-qec', `stty cols 80 rows 24; ${line}`, '/dev/null'], {
      env: { ...environment(), TERM: 'xterm' },
    }),
  );
}

/** Runs `sextant ARGS` to its end. */
export async function run(
  args: string[],
  input = '',
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  await using process = sextant(...args);
  process.type(input);
  process.end();
  const code = await process.ended();
  return { code, stdout: process.stdout(), stderr: process.stderr() };
}

/** Starts a service of another app by its `main`, on a free port unless told otherwise. */
export async function startService(
  app: string,
  home: string,
  port = 0,
  ...flags: string[]
): Promise<SpawnedService & { home: string }> {
  const main = new URL(`../../${app}/src/main.ts`, import.meta.url);
  return { ...(await spawnService(main, home, '--port', String(port), ...flags)), home };
}

/** The options that say where a service is, and where its token. */
export function at({ host, port, home }: { host: string; port: number; home?: string }): [string, string, ...string[]] {
  return ['--host', `${host}:${port}`, ...(home === undefined ? [] : ['--home', home])];
}

function follow(child: ReturnType<typeof spawn>): Sextant {
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  child.stdout?.on('data', (chunk: Buffer) => chunks.stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.stderr.push(chunk));
  child.stdin?.on('error', () => {});
  const stdout = (): string => Buffer.concat(chunks.stdout).toString();
  const stderr = (): string => Buffer.concat(chunks.stderr).toString();
  const closed = once(child, 'close') as Promise<[number | null]>;
  return {
    child,
    stdout,
    stderr,
    type: (text) => void child.stdin?.write(text),
    end: () => void child.stdin?.end(),
    async shows(text) {
      const shown = (): string => stripVTControlCharacters(stdout() + stderr());
      await waitFor(`"${text}"`, () => shown().includes(text), 15_000).catch((error: unknown) => {
        throw new Error(`it showed: ${shown()}`, { cause: error });
      });
    },
    ended: async () => (await closed)[0],
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await closed;
    },
  };
}

function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    NODE_COMPILE_CACHE: join(tmpdir(), 'sextant-test-cache'),
    NO_COLOR: '1',
    // What is said nowhere must not be taken from whoever runs the tests.
    SEXTANT_HOME: join(tmpdir(), 'sextant-test-no-home'),
    SEXTANT_TOKEN: '',
    SEXTANT_CA: '',
    NODE_NO_WARNINGS: '1',
  };
}
