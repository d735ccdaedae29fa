import type { AppEvent } from '@sextant/service/handler';
import type { Birth, Exit } from '../launch/errand.ts';
import type { Failure } from '../launch/reasons.ts';
import type { RunFacts } from './facts.ts';

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
  ended(facts: RunFacts, { pid, file }: Birth, { exitCode, signal }: Exit, elapsedMs: number): void {
    const outcome = signal === null ? 'exited' : 'killed';
    const object = file ?? facts.program;
    this.#tell('run.ended', outcome, facts, { pid, object, exitCode, signal, elapsedMs: Math.round(elapsedMs) });
  }

  #tell(event: string, outcome: string, { id, name, owner }: RunFacts, more: object): void {
    this.#record({ event, principal: owner, outcome, run: id, name, ...more });
  }
}
