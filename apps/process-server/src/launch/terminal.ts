import { closeSync, writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { constants } from 'node:os';
import { ReadStream } from 'node:tty';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TerminalSize } from '@sextant/protocol/values';
import type { Exit } from './errand.ts';
import { nameFor } from './limits.ts';
import type { Order, Program } from './program.ts';
import { HELPER, keep, pty } from './pty.ts';
import { codeOf, refusal } from './reasons.ts';

/** The size of one for which none is asked. */
const COLUMNS = 80;
const ROWS = 24;

/** In the environment of its program, unless told otherwise: the kind of terminal. Its size is the terminal's own to tell. */
export const VARIABLES = { TERM: 'xterm-256color', COLUMNS: undefined, LINES: undefined };

/** Milliseconds before a program that does not read is offered its input again, at first and at most. */
const FIRST_MS = 1;
const MOST_MS = 50;

/** The one that is asked for, as far as it is. */
type Size = Pick<Order, 'columns' | 'rows'>;

/** A program's input, and where all goes that it prints. */
interface Ways {
  readonly stdin: Socket;
  readonly stdout: Socket;
}

/** A terminal in which a program runs, and the sockets that it is reached by. */
export class Terminal {
  readonly pid: number;
  /** Its program has ended. */
  readonly exited: Promise<Exit>;
  /** Nobody has it open any more, and all that was printed is passed on. */
  readonly closed: Promise<void>;
  readonly #fd: number;
  readonly #screen: ReadStream;

  private constructor({ fd, pid }: { fd: number; pid: number }, exited: Promise<Exit>, { stdin, stdout }: Ways) {
    this.#fd = fd;
    this.pid = pid;
    this.exited = exited;
    this.#screen = new ReadStream(fd);
    this.closed = this.#show(stdout);
    stdin.on('data', (bytes: Uint8Array) => {
      stdin.pause();
      void this.#type(bytes).then(() => stdin.resume());
    });
    stdin.resume();
    void this.closed.then(() => stdin.destroy());
  }

  /**
   * Starts a program in one.
   * @throws ProtocolError if the system has none left.
   */
  static start(program: Program, env: NodeJS.ProcessEnv, size: Size, ways: Ways): Terminal {
    const { promise, resolve } = Promise.withResolvers<Exit>();
    const forked = fork(program, env, size, resolve);
    try {
      keep(forked.fd);
      return new Terminal(forked, promise, ways);
    } catch (error) {
      closeSync(forked.fd);
      throw error;
    }
  }

  resize({ columns, rows }: TerminalSize): void {
    if (!this.#screen.destroyed) pty.resize(this.#fd, columns, rows);
  }

  /** Passes on what is printed, no faster than it is taken; ends when nobody can print any more, or nobody takes it. */
  #show(stdout: Socket): Promise<void> {
    const screen = this.#screen;
    screen.on('data', (bytes: Uint8Array) => {
      if (stdout.write(bytes)) return;
      screen.pause();
      stdout.once('drain', () => screen.resume());
    });
    // Nobody sends anything on it: it ends when the service lets go of it.
    stdout.resume().once('end', () => screen.destroy());
    stdout.once('close', () => screen.destroy());
    const { promise, resolve } = Promise.withResolvers<void>();
    // EIO: the last who had it open is gone.
    screen
      .on('error', () => {})
      .once('close', () => {
        stdout.end();
        resolve();
      });
    return promise;
  }

  /** Resolves when the program has taken it, or never will. A stream of Node would stand still where it does not read. */
  async #type(bytes: Uint8Array): Promise<void> {
    for (let at = 0, pause = FIRST_MS; at < bytes.length && !this.#screen.destroyed;) {
      const written = this.#write(bytes.subarray(at));
      at += written;
      if (written > 0) pause = FIRST_MS;
      else await sleep((pause = Math.min(2 * pause, MOST_MS)));
    }
  }

  /** As many bytes as there is room for. */
  #write(bytes: Uint8Array): number {
    try {
      return writeSync(this.#fd, bytes);
    } catch (error) {
      // Whatever else it says, there is nobody to read it.
      return codeOf(error) === 'EAGAIN' ? 0 : bytes.length;
    }
  }
}

function fork(
  program: Program,
  env: NodeJS.ProcessEnv,
  { columns = COLUMNS, rows = ROWS }: Size,
  exited: (exit: Exit) => void,
): { fd: number; pid: number } {
  const { args, cwd, name } = program;
  const file = nameFor(program, env['PATH'] ?? '');
  const pairs = Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : `${key}=${value}`));
  try {
    return pty.fork(file, args, pairs, cwd, columns, rows, -1, -1, true, HELPER, (code, signal) =>
      exited(signal === 0 ? { exitCode: code, signal: null } : { exitCode: null, signal: nameOf(signal) }),
    );
  } catch {
    throw refusal('EAGAIN', name);
  }
}

/** The name of a signal. */
function nameOf(signal: number): string {
  return Object.entries(constants.signals).find(([, number]) => number === signal)?.[0] ?? `SIG${signal}`;
}
