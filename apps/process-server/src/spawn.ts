import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { execa } from 'execa';

/** A program ready to be started: where everything is, is known. */
export interface Program {
  file: string;
  /** What it sees as its own name. */
  name: string;
  args: readonly string[];
  cwd: string;
  /** Added to our own environment. */
  env: Readonly<Record<string, string>>;
}

/** How a program ended: one of both is `null`. */
export interface Exit {
  exitCode: number | null;
  signal: string | null;
}

/** A program that runs, first of its own process group. */
export interface Child {
  pid: number;
  exited: Promise<Exit>;
}

export interface AttachedChild extends Child {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
}

const OPTIONS = {
  // What a program prints is passed on as it comes.
  buffer: false,
  // A program that fails is no failure of ours.
  reject: false,
  // Gives it a process group of its own, and ends that should we exit all of a sudden.
  killDescendants: true,
  killSignal: 'SIGKILL',
} as const;

/**
 * Starts a program whose three streams are ours.
 * @throws the system's error if it cannot be started.
 */
export async function spawnAttached({ file, name, args, cwd, env }: Program): Promise<AttachedChild> {
  const started = execa(file, args, { ...OPTIONS, argv0: name, cwd, env });
  if (started.pid === undefined) throw await causeOf(started);
  const { pid, stdin, stdout, stderr, nodeChildProcess } = started;
  keep(stdout);
  keep(stderr);
  return { pid, stdin, stdout, stderr, exited: exitOf(nodeChildProcess) };
}

/**
 * Starts a program that reads nothing and prints to an open file.
 * @throws the system's error if it cannot be started.
 */
export async function spawnLogged({ file, name, args, cwd, env }: Program, log: number): Promise<Child> {
  // execa takes any descriptor; its types only name the first ones.
  const output = log as 3;
  const started = execa(file, args, {
    ...OPTIONS,
    argv0: name,
    cwd,
    env,
    stdin: 'ignore',
    stdout: output,
    stderr: output,
  });
  if (started.pid === undefined) throw await causeOf(started);
  return { pid: started.pid, exited: exitOf(started.nodeChildProcess) };
}

/** Node lets go of output at exit unless somebody listens; our reader may come a moment later. */
function keep(output: Readable): void {
  output.on('readable', () => {});
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  });
}

async function causeOf(failed: PromiseLike<{ cause?: unknown }>): Promise<unknown> {
  return (await failed).cause;
}
