import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { ProtocolError } from '@sextant/protocol/errors';
import type { Errand, Exit, Report } from './errand.ts';
import { Streams } from './streams.ts';

/** What is not known yet of an errand. */
interface Open {
  pid: number | undefined;
  readonly began: PromiseWithResolvers<number>;
  readonly ended: PromiseWithResolvers<Exit>;
}

/** A launcher that runs, from our side. */
export class Resident {
  readonly streams: Streams;
  readonly over: Promise<unknown>;
  readonly #process: ChildProcess;
  readonly #open = new Map<number, Open>();
  #count = 0;

  private constructor(streams: Streams, process: ChildProcess) {
    this.streams = streams;
    this.#process = process;
    process.on('message', (report: Report) => this.#hear(report));
    // One that could not be started at all only says so.
    this.over = Promise.race([once(process, 'exit'), once(process, 'error')]).catch(() => {});
    void this.over.then(() => this.#end());
  }

  static async start(launch: (path: string) => ChildProcess): Promise<Resident> {
    const streams = await Streams.open();
    return new Resident(streams, launch(streams.path));
  }

  /**
   * Has a program started.
   * @throws ProtocolError that says why it could not be.
   */
  async begin(errand: Omit<Errand, 'id'>): Promise<{ pid: number; exited: Promise<Exit> }> {
    this.#count += 1;
    const id = this.#count;
    const open: Open = { pid: undefined, began: Promise.withResolvers(), ended: Promise.withResolvers() };
    this.#open.set(id, open);
    this.#process.send({ ...errand, id } satisfies Errand, (error) => {
      if (error) open.began.reject(gone());
    });
    return { pid: await open.began.promise, exited: open.ended.promise };
  }

  /** Ends it, and with it whatever still runs. */
  async close(): Promise<void> {
    if (this.#process.connected) this.#process.disconnect();
    await this.over;
  }

  #hear(report: Report): void {
    const open = this.#open.get(report.id);
    if (!open) return;
    if ('pid' in report) {
      open.pid = report.pid;
      open.began.resolve(report.pid);
      return;
    }
    this.#open.delete(report.id);
    if ('exit' in report) open.ended.resolve(report.exit);
    else if ('refusal' in report) open.began.reject(ProtocolError.fromWire(report.refusal));
    else open.began.reject(new Error(`the launcher failed: ${report.failure}`));
  }

  /** Somebody killed it: nobody could say any more how its programs end, so they end now. */
  #end(): void {
    for (const { pid, began, ended } of this.#open.values()) {
      if (pid !== undefined) kill(-pid);
      began.reject(gone());
      ended.resolve({ exitCode: null, signal: 'SIGKILL' });
    }
    this.#open.clear();
    void this.streams.close();
  }
}

function gone(): ProtocolError {
  return new ProtocolError(
    'unavailable',
    'The process that starts programs has ended. Try again: another is started.',
    {
      retry: 'unknown',
    },
  );
}

function kill(target: number): void {
  try {
    process.kill(target, 'SIGKILL');
  } catch {
    // Gone meanwhile.
  }
}
