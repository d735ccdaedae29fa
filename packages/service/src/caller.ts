import type { Limits } from '@sextant/protocol/limits';
import type { Remote } from '@sextant/wire/connection';

/** Who is taken for what: a name, and what it may do. */
export interface Principal {
  /** `anonymous`, `local`, the name of a token, or `key:` and the beginning of an ed25519 key. */
  readonly name: string;
  readonly scopes: readonly string[];
}

/** Who asks: one connection, as handlers see it. */
export interface Caller {
  /** Names this connection in logs. */
  readonly id: string;
  readonly remote: Remote;
  readonly principal: Principal;
  readonly limits: Limits;
  /** Aborts when the connection is over: whatever lives with it ends now. */
  readonly over: AbortSignal;
  /** Begins nothing more, and ends the connection once everything is answered. */
  retire(): void;
}
