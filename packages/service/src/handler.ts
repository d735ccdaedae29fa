import type { ItemOf, Method, ParamsOf, ResultOf, Service } from '@sextant/protocol/method';
import type { Call } from './session/call.ts';

/** Answers one method. What it throws is the answer: a `ProtocolError` as it is, anything else as `internal`. */
export type Handler<M extends Method> = (
  params: ParamsOf<M>,
  call: Call<ItemOf<M>>,
) => ResultOf<M> | Promise<ResultOf<M>>;

/** The handler of a service's method by its name. */
export type HandlerOf<S extends Service, Name extends keyof S['methods']> = Handler<S['methods'][Name]>;

/** A handler for every method of a service: a missing one does not compile. */
export type Handlers<S extends Service> = { readonly [Name in keyof S['methods']]: HandlerOf<S, Name> };

/** Something of a service that no call tells, for its audit log. */
export interface AppEvent {
  /** Such as `run.ended`. */
  readonly event: string;
  /** Whose it is. */
  readonly principal: string;
  /** `ok`, or how it came out. */
  readonly outcome: string;
  readonly [detail: string]: unknown;
}

/** A service ready to be started. */
export interface App<S extends Service = Service> {
  readonly service: S;
  readonly handlers: Handlers<S>;
  /** Ceilings of its own, announced in `rpc.hello` beside those of the connection. */
  readonly limits?: Readonly<Record<string, number>>;
  /** Why it cannot do its work now, in words: what it needs is down. */
  unready?(): Promise<readonly string[]>;
  /** Told before it listens: how to add to the audit log. */
  audit?(record: (event: AppEvent) => void): void;
  /** Told once it listens: where. */
  listening?(address: { host: string; port: number }): void;
  /** Ends what the service holds: its programs, files, connections. */
  close?(): Promise<void>;
}
