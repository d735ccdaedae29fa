import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { containerService } from '@sextant/protocol/container';
import type { TerminalSize } from '@sextant/protocol/values';
import type { ParamsOf } from '@sextant/protocol/method';
import type Docker from 'dockerode';
import type { Engine } from '../engine/engine.ts';
import { upgraded } from '../engine/stream.ts';

type Params = ParamsOf<(typeof containerService.methods)['container.exec']>;

/**
 * Keys at which an engine would let go of a terminal. Its usual ones are keys that people type; none leave it as it is, so
 * these are some that nobody does.
 */
export const NO_DETACH_KEYS = 'ctrl-^,ctrl-_,ctrl-^,ctrl-_,ctrl-^,ctrl-_,ctrl-^,ctrl-_';

/** The variable by which a program and all that it started are found. */
const MARK = 'SEXTANT_EXEC';

/** Ends all that carry a mark: TERM, and KILL after five seconds. An engine has no word for it, but a container mostly has a shell. */
const END = `
for signal in TERM TERM TERM TERM TERM KILL; do
  pids=
  for file in $(grep -ls "$0" /proc/[0-9]*/environ); do file=\${file#/proc/}; pids="$pids \${file%/environ}"; done
  [ -n "$pids" ] || exit 0
  kill -s $signal $pids
  sleep 1
done`;
/** Milliseconds that this may take. */
const END_MS = 8000;

const MIN_PAUSE_MS = 10;
const MAX_PAUSE_MS = 1000;

/** A program that is run in a container beside its own. */
export class Exec {
  readonly #engine: Engine;
  readonly container: string;
  readonly #id: string;
  readonly #mark: string;
  readonly #tty: boolean;
  #started = false;

  private constructor(engine: Engine, container: string, id: string, mark: string, tty: boolean) {
    this.#engine = engine;
    this.container = container;
    this.#id = id;
    this.#mark = mark;
    this.#tty = tty;
  }

  /** Prepares a program; it does not run yet. */
  static async prepare(engine: Engine, container: string, params: Params): Promise<Exec> {
    const { command, tty, env, cwd, columns, rows } = params;
    const mark = randomUUID();
    const order: Docker.ExecCreateOptions = {
      Cmd: command,
      Env: Object.entries({ ...env, [MARK]: mark }).map(([name, value]) => `${name}=${value}`),
      ...(cwd !== undefined && { WorkingDir: cwd }),
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: tty,
      DetachKeys: NO_DETACH_KEYS,
      // Engines before API 1.42 do not know it.
      ...(columns !== undefined && rows !== undefined && { ConsoleSize: [rows, columns] }),
    };
    return new Exec(engine, container, await create(engine, container, order), mark, tty);
  }

  /** Starts it. What is sent to it and what it prints are on the stream; so is what the engine says if it cannot start. */
  async start(): Promise<Duplex> {
    this.#started = true;
    const stream = await this.#engine.ask((docker, abortSignal) =>
      docker.getExec(this.#id).start({ hijack: true, Detach: false, Tty: this.#tty, abortSignal }),
    );
    return upgraded(stream);
  }

  /** Waits for its beginning. @returns false if it could not start. */
  async begun(signal: AbortSignal): Promise<boolean> {
    const { Pid } = await this.#until(({ Pid, ExitCode }) => Pid > 0 || ExitCode !== null, signal);
    return Pid > 0;
  }

  /** Gives its terminal another size, once it runs. Of one that is over or has none, that is of no interest. */
  async resize({ columns, rows }: TerminalSize): Promise<void> {
    if (!this.#tty) return;
    await this.#engine
      .ask((docker, abortSignal) => docker.getExec(this.#id).resize({ h: rows, w: columns, abortSignal }))
      .catch(() => {});
  }

  /** Waits for its end. @returns its exit code. */
  async ended(signal: AbortSignal): Promise<number> {
    const { ExitCode } = await this.#until(({ Running, ExitCode }) => !Running && ExitCode !== null, signal);
    return ExitCode ?? 0;
  }

  /**
   * Ends it and all that it started, and waits for that.
   * @throws if it may run on: nobody answers, or the container has no `sh` and `grep`.
   */
  async end(): Promise<void> {
    if (!this.#started) return;
    const signal = AbortSignal.timeout(END_MS);
    if (!(await this.begun(signal)) || !(await this.#look()).Running) return;
    const order = { Cmd: ['sh', '-c', END, `${MARK}=${this.#mark}`] };
    const killer = await create(this.#engine, this.container, order);
    await this.#engine.ask((docker, abortSignal) => docker.getExec(killer).start({ Detach: true, abortSignal }));
    await this.ended(signal);
  }

  #look(): Promise<Docker.ExecInspectInfo> {
    return this.#engine.ask((docker, abortSignal) => docker.getExec(this.#id).inspect({ abortSignal }));
  }

  async #until(is: (look: Docker.ExecInspectInfo) => boolean, signal: AbortSignal): Promise<Docker.ExecInspectInfo> {
    for (let pause = MIN_PAUSE_MS; ; pause = Math.min(2 * pause, MAX_PAUSE_MS)) {
      const look = await this.#look();
      if (is(look)) return look;
      await sleep(pause, undefined, { signal });
    }
  }
}

/** @returns the id. */
async function create(engine: Engine, container: string, order: Docker.ExecCreateOptions): Promise<string> {
  const exec = await engine.ask((docker, abortSignal) =>
    docker.getContainer(container).exec({ ...order, abortSignal }),
  );
  return exec.id;
}
