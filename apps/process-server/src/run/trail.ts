import type { AppEvent } from '@sextant/service/handler';
import type { Birth } from '../launch/errand.ts';
import type { Failure } from '../launch/reasons.ts';
import type { RunFacts } from './facts.ts';
import type { Run } from './run.ts';

/** Tells the audit log what becomes of programs, also without a call. Never their arguments, which may be secrets. */
export class Trail {
  #record: (event: AppEvent) => void = () => {};

  leadTo(record: (event: AppEvent) => void): void {
    this.#record = record;
  }

  started(facts: RunFacts, { pid, file }: Birth): void {
    this.#tell('run.started', 'ok', facts, { pid, object: file ?? facts.program });
  }

  failed(facts: RunFacts, { reason }: Failure): void {
    this.#tell('run.started', reason, facts, { object: facts.program });
  }

  /** By itself or not. */
  ended(run: Run, file = run.facts.program): void {
    const { pid, state, exitCode, signal, elapsedMs } = run.describe();
    this.#tell('run.ended', state, run.facts, { pid, object: file, exitCode, signal, elapsedMs });
  }

  #tell(event: string, outcome: string, { id, name, owner }: RunFacts, more: object): void {
    this.#record({ event, principal: owner, outcome, run: id, name, ...more });
  }
}
