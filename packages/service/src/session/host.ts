import type { Limits } from '@sextant/protocol/limits';
import type { Authenticator } from '../identity/authenticate.ts';
import type { Caller } from './caller.ts';
import type { Routes } from './dispatch.ts';
import type { Remote } from '@sextant/wire/connection';
import type { Log } from '../observe/log.ts';
import type { Outcomes } from './outcomes.ts';

/** What sessions need of the service they belong to. */
export interface Host {
  readonly routes: Routes;
  readonly limits: Limits;
  /** For connections that may not ask anything yet. */
  readonly strangerLimits: Limits;
  readonly log: Log;
  /** Each request is logged, not only those that fail. */
  readonly isVerbose: boolean;
  readonly authenticator: Authenticator;
  readonly outcomes: Outcomes;
  readonly watcher: Watcher;
  /** A name for the next connection. */
  nextId(): string;
  /** Told once a connection is over. */
  left(session: Caller): void;
  /** Told once a caller has said who it is. */
  known(remote: Remote): void;
}

/** Who is told what goes on: metrics and the audit log. */
export interface Watcher {
  /** A request was answered; `outcome` is `ok` or the error's type. */
  answered(method: string, outcome: string, ms: number): void;
  /**
   * A method that is to be audited: `allowed` as it begins, then how it was answered, `ok` or the error's type. Any
   * method that somebody was not allowed to call.
   */
  called(caller: Caller, method: string, object: string | undefined, outcome: string): void;
  frames(direction: 'in' | 'out', count: number): void;
  opened(transport: Remote['transport']): void;
  closed(transport: Remote['transport']): void;
}
