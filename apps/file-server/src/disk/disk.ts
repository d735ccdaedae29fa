import { Worker } from 'node:worker_threads';
import type { Answer, Ask, DiskData } from './messages.ts';

/** As the file we are in ourselves: source, or bundled. */
const PROGRAM = import.meta.url.endsWith('.ts') ? './program.ts' : './program.mjs';

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/**
 * A thread that may wait for the disk, started when it is first needed. What one turn of the event loop asks goes in one
 * message, and so do the answers.
 */
export class Disk {
  readonly #data: DiskData;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #asks: Ask[] = [];
  #nextId = 1;
  #isClosed = false;

  constructor(data: DiskData) {
    this.#data = data;
  }

  nextId(): number {
    return this.#nextId++;
  }

  /** What is answered to it; fails with the system's error. */
  async ask<T extends object>(ask: Ask): Promise<T> {
    if (this.#isClosed) throw closed();
    const answer = await new Promise<Answer>((resolve, reject) => {
      this.#waiting.set(ask.id, { resolve, reject });
      this.tell(ask);
    });
    if (!('code' in answer)) return answer as unknown as T;
    throw Object.assign(new Error(answer.message), { code: answer.code });
  }

  tell(ask: Ask): void {
    this.#asks.push(ask);
    if (this.#asks.length === 1) queueMicrotask(() => this.#flush());
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#lose(closed());
    await this.#worker?.terminate();
  }

  #flush(): void {
    if (this.#isClosed) return;
    this.#worker ??= this.#start();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- to a thread, which has no origin
    this.#worker.postMessage(this.#asks, this.#asks.flatMap(memoryOf));
    this.#asks = [];
  }

  #start(): Worker {
    const worker = new Worker(new URL(PROGRAM, import.meta.url), {
      workerData: this.#data,
      name: 'disk',
      // Descriptors that it opens are closed by whoever they are handed to.
      trackUnmanagedFds: false,
    });
    worker.unref();
    worker
      .on('message', (answers: readonly Answer[]) => {
        for (const answer of answers) {
          this.#waiting.get(answer.id)?.resolve(answer);
          this.#waiting.delete(answer.id);
        }
      })
      .on('error', (error) => this.#lose(Error.isError(error) ? error : new Error(String(error))))
      .on('exit', () => {
        // The next that is asked starts another.
        this.#worker = undefined;
        this.#lose(new Error('the disk thread ended'));
      });
    return worker;
  }

  /** Nothing is answered any more. */
  #lose(error: Error): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}

/** What is handed over with it. */
function memoryOf(ask: Ask): ArrayBuffer[] {
  return ask.do === 'write' ? ask.parts.map(({ buffer }) => buffer as ArrayBuffer) : [];
}

function closed(): Error {
  return new Error('the service ends');
}
