import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { execa } from 'execa';
import type { Exit } from './errand.ts';
import type { Order } from './program.ts';
import { refusal } from './reasons.ts';
import { Resident } from './resident.ts';

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

/** Starts programs, through a launcher that is started with the first of them. */
export class Spawner {
  #resident: Promise<Resident> | undefined;

  /**
   * Starts a program whose three streams are ours.
   * @throws ProtocolError that says why it could not be.
   */
  async attach(order: Order, cwd: string): Promise<AttachedChild> {
    const resident = await this.#launcher();
    const triple = await resident.streams.take();
    if (!triple) throw refusal('EMFILE', order.program);
    const { number, stdin, stdout, stderr } = triple;
    try {
      const child = await resident.begin({ order, cwd, output: { streams: number } });
      // It has an end for reading too, which nobody else would empty.
      stdin.resume();
      return { ...child, stdin, stdout, stderr };
    } catch (error) {
      for (const stream of [stdin, stdout, stderr]) stream.destroy();
      throw error;
    }
  }

  /**
   * Starts a program that reads nothing and prints to a file.
   * @throws ProtocolError that says why it could not be.
   */
  async log(order: Order, cwd: string, file: string): Promise<Child> {
    return (await this.#launcher()).begin({ order, cwd, output: { file } });
  }

  async close(): Promise<void> {
    await (await this.#resident)?.close();
  }

  #launcher(): Promise<Resident> {
    this.#resident ??= Resident.start(launch).then((resident) => {
      void resident.over.then(() => (this.#resident = undefined));
      return resident;
    });
    return this.#resident;
  }
}

/** What keeps it small, and of all its memory the least that is its own. */
const SMALL = ['--single-threaded', '--max-semi-space-size=1'];

/** As the file we are in ourselves: source, or bundled. */
const PROGRAM = import.meta.url.replace(/^.*(?=\.)/, 'launcher');

function launch(path: string): ChildProcess {
  const file = new URL(PROGRAM, import.meta.url).pathname;
  const { nodeChildProcess } = execa(process.execPath, [...SMALL, file, path], {
    cwd: '/',
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'inherit',
    ipc: true,
    buffer: false,
    reject: false,
    // A signal from a terminal is for the service, which still has programs to end. It ends when its channel does.
    detached: true,
    cleanup: false,
  });
  return nodeChildProcess;
}
