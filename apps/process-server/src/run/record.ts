import type { EndedBy, Outcome, Run as Description } from '@sextant/protocol/process-schemas';
import type { Exit } from '../launch/errand.ts';
import { failureOf, type Failure } from '../launch/reasons.ts';

/** Why the system killed a program. */
const OOM = 'the system killed it because memory was short';

/** What has become of a run so far: of its last program, where it is started again. */
export class RunRecord {
  /** Of its last program; `null` before the first. */
  pid: number | null = null;
  /** Who asked for its end first. */
  endedBy: EndedBy | undefined;
  exit: Exit = { exitCode: null, signal: null };
  #startedAt = new Date();
  #clock = performance.now();
  #endedAt: Date | undefined;
  #elapsedMs: number | undefined;
  #failure: Failure | undefined;
  #oomKilled = false;
  #message: string | undefined;

  /** As an earlier life of the service has told it, with why it was cut off if it was. */
  static of(run: Description, message: string | undefined): RunRecord {
    const record = new RunRecord();
    const { pid, endedBy, exitCode, signal, reason, oomKilled = false } = run;
    record.pid = pid;
    record.endedBy = endedBy;
    record.exit = { exitCode, signal };
    record.#startedAt = new Date(run.startedAt);
    record.#endedAt = new Date(run.endedAt ?? run.startedAt);
    record.#elapsedMs = run.elapsedMs;
    record.#failure = reason === undefined ? undefined : { reason };
    record.#oomKilled = oomKilled;
    record.#message = message;
    return record;
  }

  /** What there is to say of its end, in a sentence. */
  get message(): string | undefined {
    return this.#oomKilled ? OOM : (this.#failure?.message ?? this.#message);
  }

  begins(pid: number): void {
    this.pid = pid;
    this.exit = { exitCode: null, signal: null };
    this.#startedAt = new Date();
    this.#clock = performance.now();
    this.#elapsedMs = undefined;
    this.#failure = undefined;
    this.#oomKilled = false;
  }

  /** It was not started. */
  fails(error: unknown): void {
    this.#failure = failureOf(error);
  }

  /** Its program has ended, and will be started again perhaps. */
  pauses(exit: Exit, isOomKilled: boolean): void {
    this.exit = exit;
    this.#oomKilled = this.endedBy === undefined && isOomKilled;
    this.#elapsedMs = this.#sinceStart();
  }

  /** It is over. */
  ends(): void {
    this.#elapsedMs ??= this.pid === null ? 0 : this.#sinceStart();
    this.#endedAt = new Date();
  }

  describe(): Omit<Description, 'id' | 'name' | 'pid' | 'state' | keyof Outcome> & Outcome {
    return {
      startedAt: this.#startedAt.toISOString(),
      endedAt: this.#endedAt?.toISOString() ?? null,
      elapsedMs: this.#elapsedMs ?? this.#sinceStart(),
      ...this.exit,
      ...(this.#failure && { reason: this.#failure.reason }),
      ...(this.endedBy && { endedBy: this.endedBy }),
      ...(this.#oomKilled && { oomKilled: true }),
    };
  }

  #sinceStart(): number {
    return Math.round(performance.now() - this.#clock);
  }
}
