import type { EndedBy, RestartPolicy, Run as Description, RunDetails } from '@sextant/protocol/process-schemas';
import { ProtocolError } from '@sextant/protocol/errors';
import { Alarm } from '@sextant/service/alarm';
import type { Exit } from '../launch/errand.ts';
import type { Entry } from '../life/entry.ts';
import type { Output } from '../output/output.ts';
import { figuresOf } from '../tree/figures.ts';
import type { Process } from '../tree/processes.ts';
import type { Attempt } from './attempt.ts';
import { detailsOf } from './details.ts';
import type { RunFacts } from './facts.ts';
import { Hold } from './hold.ts';
import { RunInput } from './input.ts';
import { Place } from './queue.ts';
import { RunRecord } from './record.ts';
import { Restarts } from './restarts.ts';

/** Milliseconds a program has to end after TERM, before KILL. */
export const GRACE_MS = 5000;

/** What a run of an earlier life of the service lived with, unless it was detached. */
const GONE = new AbortController().signal;

/** How long a run lives, and with what. */
export interface Terms {
  readonly place: Place;
  /** It ends with this; it is detached where there is none. */
  readonly until: AbortSignal | undefined;
  readonly restart?: RestartPolicy | undefined;
  readonly ttlMs?: number | undefined;
}

/** One program that was asked for, from then on to its end and as history. */
export class Run {
  readonly facts: RunFacts;
  readonly place: Place;
  readonly hold: Hold;
  /** Undefined for one that is started once. */
  readonly restarts: Restarts | undefined;
  /** Undefined for one that reads nothing. */
  readonly input: RunInput | undefined;
  output: Output;
  readonly #begun = Promise.withResolvers<number>();
  readonly #exited = Promise.withResolvers<Exit>();
  #toEnd: AbortController | undefined;
  readonly #expiry: { readonly alarm: Alarm; readonly at: number } | undefined;
  #state: 'new' | 'queued' | 'running' | 'restarting' | 'over';
  #starting: Promise<Attempt> | undefined;
  /** The last one, as long as something of it may be left. */
  #attempt: Attempt | undefined;
  #record = new RunRecord();
  #graceMs = GRACE_MS;

  constructor(facts: RunFacts, output: Output, { place, until, restart = 'no', ttlMs }: Terms) {
    this.facts = facts;
    this.output = output;
    this.place = place;
    this.restarts = restart === 'no' ? undefined : new Restarts(restart);
    this.input = facts.stdin ? new RunInput() : undefined;
    this.#state = place.isWaiting ? 'queued' : 'new';
    this.hold = new Hold(until, () => void this.end('connection'));
    // Nobody may wait for it.
    this.#begun.promise.catch(() => {});
    if (ttlMs === undefined) return;
    this.#expiry = { alarm: new Alarm(() => void this.end('ttl')), at: Date.now() + ttlMs };
    this.#expiry.alarm.set(this.#expiry.at);
  }

  /** One of an earlier life of the service, which has ended. */
  static past({ facts, run, message }: Entry, output: Output): Run {
    const past = new Run(facts, output, { place: new Place(), until: facts.detached ? undefined : GONE });
    past.#record = RunRecord.of(run, message);
    if (run.pid === null) past.#begun.reject(new ProtocolError('conflict', `${facts.id} never ran.`));
    else past.#begun.resolve(run.pid);
    past.#finish();
    return past;
  }

  get id(): string {
    return this.facts.id;
  }

  /** `null` while it has no process. */
  get pid(): number | null {
    return this.#state === 'running' || this.#state === 'over' ? this.#record.pid : null;
  }

  /** It is not over: it runs, waits for its turn, or will be started again. */
  get running(): boolean {
    return this.#state !== 'over';
  }

  /** Its program never ran yet. */
  get isNew(): boolean {
    return this.#record.pid === null;
  }

  /** It has been started, or waits for that; not while its caller is still to be told whether it can be. */
  get isKnown(): boolean {
    return this.#state !== 'new';
  }

  /** It runs no more, or is to end. */
  get isEnding(): boolean {
    return this.#record.endedBy !== undefined || !this.running;
  }

  get endedBy(): EndedBy | undefined {
    return this.#record.endedBy;
  }

  /** Resolves with its first process id. @throws ProtocolError that says why it was not started. */
  get begun(): Promise<number> {
    return this.#begun.promise;
  }

  /** Resolves with its last end. */
  get exited(): Promise<Exit> {
    return this.#exited.promise;
  }

  /** Aborts when somebody wants it to end. */
  get toEnd(): AbortSignal {
    this.#toEnd ??= new AbortController();
    if (this.isEnding) this.#toEnd.abort();
    return this.#toEnd.signal;
  }

  /** Ends the program and everything it started, and starts it no more. Of several who ask the first is told of. */
  async end(by: EndedBy, graceMs = GRACE_MS): Promise<void> {
    if (this.running) this.#record.endedBy ??= by;
    this.#graceMs = Math.min(this.#graceMs, graceMs);
    this.#toEnd?.abort();
    this.output.hurry();
    const attempt = this.#attempt ?? (await this.#starting?.catch(() => undefined));
    const isGone = attempt ? await attempt.tree.end(this.#graceMs) : true;
    if (isGone) await this.exited;
  }

  /**
   * Sends a signal to the program and what it started in its group.
   * @throws ProtocolError `conflict` if it has no process now.
   */
  signal(name: NodeJS.Signals): void {
    if (this.#state === 'running') this.#attempt?.signal(name);
    else throw new ProtocolError('conflict', `${this.id} has no process now: it is ${this.#state}.`);
  }

  /**
   * Makes it somebody else's, and has it live with something else or nothing.
   * @throws ProtocolError `conflict` if it is to end.
   */
  adopt(owner: string, until: AbortSignal | undefined): void {
    if (this.isEnding) throw new ProtocolError('conflict', `${this.id} is being ended. There is nothing to adopt.`);
    this.facts.owner = owner;
    this.input?.revoke();
    this.hold.pass(until);
  }

  /** Of its processes, those among what a look has found. */
  membersOf(processes: readonly Process[]): readonly Process[] {
    return this.#attempt?.tree.membersOf(processes) ?? [];
  }

  /** Kills what uses more than it may, also what a program that is over left behind: that is not what ended it. */
  exceed(by: EndedBy, members: readonly Process[]): void {
    this.#attempt?.tree.kill(members);
    void this.end(by, 0);
  }

  /** Its processes, and those that they started. */
  async members(): Promise<readonly number[]> {
    return (await this.#attempt?.tree.members()) ?? [];
  }

  /** How many of those were found since its end began; undefined where they cannot be told apart. */
  get met(): number | undefined {
    return this.#attempt ? this.#attempt.tree.met : 0;
  }

  /** Its program is being started. @throws what keeps it from being. */
  async begins(starting: Promise<Attempt>): Promise<Attempt> {
    this.#starting = starting;
    try {
      const attempt = await starting;
      this.#attempt = attempt;
      this.#state = 'running';
      this.#record.begins(attempt.pid);
      this.#begun.resolve(attempt.pid);
      return attempt;
    } catch (error) {
      this.#record.fails(error);
      throw error;
    } finally {
      this.#starting = undefined;
    }
  }

  /** Its program has ended and will be started again. */
  pauses(exit: Exit): void {
    this.#takeExit(exit);
    this.#state = 'restarting';
  }

  /** Nothing is left of its last program. */
  clear(): void {
    this.#attempt = undefined;
  }

  /** Its last program has ended. */
  ends(exit: Exit): void {
    this.#record.endedBy ??= this.#attempt?.wasSignalled(exit) ? 'signal' : undefined;
    this.#takeExit(exit);
    this.#record.ends();
    this.#finish();
  }

  /** It never ran. */
  fails(error: unknown): void {
    this.#record.fails(error);
    this.#begun.reject(error);
    this.#record.ends();
    this.#finish();
  }

  describe(): Description {
    return {
      id: this.id,
      name: this.facts.name,
      pid: this.pid,
      state: this.#told,
      ...this.#record.describe(),
    };
  }

  /** @param processes what a look has found, where it is to tell what it uses. */
  details(processes?: readonly Process[]): RunDetails {
    const { message } = this.#record;
    return {
      ...this.describe(),
      ...detailsOf(this),
      ...(processes && this.#state === 'running' && figuresOf(this.membersOf(processes))),
      ...(message !== undefined && { message }),
      ...(this.#expiry && { expiresAt: new Date(this.#expiry.at).toISOString() }),
    };
  }

  /** For the next life of the service. */
  entry(): Entry {
    return { facts: { ...this.facts, detached: !this.hold.isHeld }, ...this.news() };
  }

  /** The same of one whose entry is known, and its facts with it. */
  news(): Omit<Entry, 'facts'> {
    const born = this.running ? this.#attempt?.born : undefined;
    const { message } = this.#record;
    return {
      // Also between two programs: it has run.
      run: { ...this.describe(), pid: this.#record.pid },
      ...(born !== undefined && { born }),
      ...(message !== undefined && { message }),
      ...(!this.running && { to: this.output.to }),
    };
  }

  get #told(): Description['state'] {
    if (this.#state === 'new') return 'queued';
    if (this.#state !== 'over') return this.#state;
    if (this.#record.pid === null) return 'failed';
    return this.#record.exit.signal === null ? 'exited' : 'killed';
  }

  #takeExit(exit: Exit): void {
    this.#record.pauses(exit, this.#attempt?.wasOomKilled(exit) === true);
  }

  #finish(): void {
    this.#state = 'over';
    this.#expiry?.alarm.clear();
    this.hold.release();
    this.place.leave();
    this.#exited.resolve(this.#record.exit);
  }
}
