import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { ProtocolError } from '@sextant/protocol/errors';
import type { TerminalSize } from '@sextant/protocol/values';
import { Brood } from './brood.ts';
import type { Census } from '../tree/census.ts';
import type { Answer, Birth, Errand, Exit, Report, Word } from './errand.ts';
import { Patience } from './patience.ts';
import { Streams, type Triple } from './streams.ts';

/** Milliseconds that a launcher has to end by itself, with what it still finds. */
const END_MS = 3000;

/** What is not known yet of an errand. */
interface Open {
  readonly detached: boolean;
  readonly began: PromiseWithResolvers<Birth>;
  readonly ended: PromiseWithResolvers<Exit>;
  isBegun: boolean;
}

/** A launcher that runs, from our side. */
export class Resident {
  /** Its process has ended. */
  readonly over: Promise<unknown>;
  /** And everything it started, too. */
  readonly swept: Promise<void>;
  readonly #streams: Streams;
  readonly #process: ChildProcess;
  readonly #census: Census;
  readonly #open = new Map<string, Open>();
  readonly #brood = new Brood();
  readonly #patience = new Patience(
    () => this.#isOwed(),
    () => this.#giveUp(),
  );
  #alive: PromiseWithResolvers<void> | undefined;
  #gone: ProtocolError | undefined;
  #wasSilent = false;

  private constructor(streams: Streams, process: ChildProcess, census: Census) {
    this.#streams = streams;
    this.#process = process;
    this.#census = census;
    process.on('message', (answer: Answer) => this.#hear(answer));
    const over = once(process, 'exit') as Promise<[number | null]>;
    this.over = over;
    this.swept = over.then(([code]) => this.#end(code));
  }

  static async start(launch: (path: string) => Promise<ChildProcess>, census: Census): Promise<Resident> {
    const streams = await Streams.open();
    try {
      return new Resident(streams, await launch(streams.path), census);
    } catch (error) {
      await streams.close();
      throw error;
    }
  }

  /**
   * Streams for a program; undefined where none are connected in time though the launcher answers: a descriptor is
   * wanting, there or here.
   * @throws ProtocolError if it does not answer, or has ended.
   */
  async take(): Promise<Triple | undefined> {
    const ready = this.#streams.take();
    if (ready) return ready;
    const answer = this.#ask();
    const triple = await this.#streams.next();
    if (!triple) await answer;
    return triple;
  }

  /**
   * Has a program started.
   * @throws ProtocolError that says why it could not be.
   */
  async begin(errand: Errand): Promise<Birth & { exited: Promise<Exit> }> {
    if (this.#gone) throw this.#gone;
    const { id, detached } = errand;
    const open = { detached, began: Promise.withResolvers<Birth>(), ended: Promise.withResolvers<Exit>() };
    this.#open.set(id, { ...open, isBegun: false });
    this.#brood.set(id);
    this.#say(errand);
    this.#patience.wait();
    return { ...(await open.began.promise), exited: open.ended.promise };
  }

  /** The terminal of a run has another size. */
  resize(run: string, size: TerminalSize): void {
    this.#say({ resize: run, size });
  }

  /** Nothing is left of a run. */
  forget(run: string): void {
    this.#brood.delete(run);
    this.#say({ over: run });
  }

  /** Waits until it answers; one that does not soon is ended. */
  async rouse(): Promise<void> {
    this.#patience.hurry();
    await this.#ask().catch(() => {});
  }

  /** Ends it, and with it whatever still runs. */
  async close(): Promise<void> {
    if (this.#process.connected) this.#process.disconnect();
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), END_MS);
    await this.swept;
    clearTimeout(timer);
  }

  async #ask(): Promise<void> {
    if (this.#gone) throw this.#gone;
    if (!this.#alive) {
      this.#alive = Promise.withResolvers();
      // Not everybody who asks waits for it.
      this.#alive.promise.catch(() => {});
      this.#say({ alive: true });
    }
    this.#patience.wait();
    return this.#alive.promise;
  }

  /** To one that has just ended it is said in vain: its end is an answer to all that was asked. */
  #say(word: Word): void {
    this.#process.send(word, () => {});
  }

  #hear(answer: Answer): void {
    this.#patience.heard();
    if ('id' in answer) {
      this.#hearOf(answer);
      return;
    }
    this.#alive?.resolve();
    this.#alive = undefined;
  }

  #hearOf(report: Report): void {
    const { id } = report;
    const open = this.#open.get(id);
    if (!open) return;
    if ('pid' in report) {
      open.isBegun = true;
      this.#brood.set(id, report.pid);
      const { pid, born, file } = report;
      open.began.resolve({ pid, born, file });
      return;
    }
    this.#open.delete(id);
    if ('exit' in report) {
      if (open.detached) this.#brood.set(id);
      open.ended.resolve(report.exit);
      return;
    }
    this.#brood.delete(id);
    if ('refusal' in report) open.began.reject(ProtocolError.fromWire(report.refusal));
    else open.began.reject(new Error(`the launcher failed: ${report.failure}`));
  }

  #isOwed(): boolean {
    return this.#alive !== undefined || this.#open.values().some(({ isBegun }) => !isBegun);
  }

  #giveUp(): void {
    this.#wasSilent = true;
    this.#process.kill('SIGKILL');
  }

  /** Where somebody killed it, nobody could say any more how its programs end, so they end now. */
  async #end(code: number | null): Promise<void> {
    const gone = goneFor(this.#wasSilent ? 'did not answer and was ended' : 'has ended');
    this.#gone = gone;
    this.#patience.stop();
    this.#alive?.reject(gone);
    this.#alive = undefined;
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const { began } of open) began.reject(gone);
    await this.#streams.close().catch(() => {});
    // One that ended by itself has seen to it.
    if (code !== 0) await this.#brood.end(this.#census);
    for (const { ended } of open) ended.resolve({ exitCode: null, signal: 'SIGKILL' });
  }
}

function goneFor(what: string): ProtocolError {
  return new ProtocolError(
    'unavailable',
    `The process that starts programs ${what}, and with it what it had started. Try again: another is started.`,
    { retry: 'unknown' },
  );
}
