import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Log } from '@sextant/service/observe/log';
import type { TerminalSize } from '@sextant/protocol/values';
import type { Census } from '../tree/census.ts';
import type { Birth, Errand, Exit } from './errand.ts';
import { enclose, type Isolation } from './isolation.ts';
import { refusal, unlaunched } from './reasons.ts';
import { Resident } from './resident.ts';

/** What a run is to start. */
export type Task = Omit<Errand, 'streams'>;

/** A program that runs, first of its own process group. Its streams are ours; its input ends at once if it is not open. */
export interface Child extends Birth {
  exited: Promise<Exit>;
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** Where it runs in a terminal: that has another size. */
  resize: (size: TerminalSize) => void;
}

/** How programs are started. */
export interface LaunchSettings {
  readonly isolation: Isolation;
  /** What each program gets. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Starts programs, through a launcher that is started with the first of them. */
export class Spawner {
  readonly #census: Census;
  readonly #settings: LaunchSettings;
  readonly #log: Log;
  #resident: Promise<Resident> | undefined;
  /** What earlier launchers left behind is ended. */
  #swept: Promise<unknown> = Promise.resolve();

  constructor(census: Census, settings: LaunchSettings, log: Log) {
    this.#census = census;
    this.#settings = settings;
    this.#log = log;
  }

  /**
   * Starts a program.
   * @throws ProtocolError that says why it could not be.
   */
  async start(task: Task): Promise<Child> {
    const { program } = task.order;
    const resident = await this.#launcher(program);
    const triple = await resident.take();
    if (!triple) throw refusal('EMFILE', program);
    const { number, stdin, stdout, stderr } = triple;
    try {
      const child = await resident.begin({ ...task, streams: number });
      // It has an end for reading too, which nobody else would empty.
      stdin.resume();
      if (!task.stdin) stdin.destroy();
      // At its end there is nobody to be told first that ours ends, too.
      for (const stream of [stdin, stdout, stderr]) stream.once('end', () => stream.destroy());
      return { ...child, stdin, stdout, stderr, resize: (size) => resident.resize(task.id, size) };
    } catch (error) {
      for (const stream of [stdin, stdout, stderr]) stream.destroy();
      throw error;
    }
  }

  /** Nothing is left of a run, so nothing of it needs to be looked for. */
  forget(run: string): void {
    void this.#resident?.then((resident) => resident.forget(run)).catch(() => {});
  }

  /** Makes sure that no launcher keeps anybody waiting. */
  async rouse(): Promise<void> {
    await this.#resident?.then((resident) => resident.rouse()).catch(() => {});
  }

  async close(): Promise<void> {
    await this.#resident?.then((resident) => resident.close()).catch(() => {});
    await this.#swept;
  }

  async #launcher(program: string): Promise<Resident> {
    this.#resident ??= this.#launch();
    try {
      return await this.#resident;
    } catch (error) {
      throw unlaunched(error, program);
    }
  }

  /** One that could not be started is forgotten like one that has ended: the next may be. */
  #launch(): Promise<Resident> {
    const starting = Resident.start((path) => launch(path, this.#settings, this.#log), this.#census);
    void starting
      .then(({ over, swept }) => {
        this.#swept = Promise.all([this.#swept, swept]);
        return over;
      })
      .catch(() => {})
      .then(() => (this.#resident = undefined));
    return starting;
  }
}

/** What keeps it small, and of all its memory the least that is its own. */
const SMALL = ['--single-threaded', '--max-semi-space-size=1'];

/** What it uses for terminals says at its first use that it is one. */
const QUIET = ['--disable-warning=ExperimentalWarning'];

/** As the file we are in ourselves: source, or bundled. */
const PROGRAM = import.meta.url.replace(/^.*(?=\.)/, 'launcher');

async function launch(path: string, { isolation, environment }: LaunchSettings, log: Log): Promise<ChildProcess> {
  const { command, ...kept } = await enclose(isolation);
  // Only now: a service that starts nothing is to hold 5 MB less.
  const { execa } = await import('execa');
  const file = fileURLToPath(new URL(PROGRAM, import.meta.url));
  const [program, ...args] = [...command, process.execPath, ...SMALL, ...QUIET, file, path, kept.isolation];
  const launched = execa(program, args, {
    cwd: '/',
    env: environment,
    extendEnv: false,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'inherit',
    ipc: true,
    serialization: 'json',
    buffer: false,
    reject: false,
    // A signal from a terminal is for the service, which still has programs to end. It ends when its channel does.
    detached: true,
    cleanup: false,
  });
  // One that never ran says why when all is over.
  if (launched.pid === undefined) throw (await launched).cause;
  log.info({ ...kept, pid: launched.pid }, 'launcher started');
  return launched.nodeChildProcess;
}
