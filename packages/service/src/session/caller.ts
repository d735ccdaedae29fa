import type { Limits } from '@sextant/protocol/limits';
import type { Auth } from '@sextant/protocol/session';
import type { Remote } from '@sextant/wire/connection';

/** Who is taken for what: a name, and what it may do. */
export interface Principal {
  /** `anonymous`, `local`, or the name of a token or key. */
  readonly name: string;
  readonly scopes: readonly string[];
}

/** Who asks: one connection, as handlers see it. */
export interface Caller {
  /** Names this connection in logs, and as the owner of what lives with it. */
  readonly id: string;
  readonly remote: Remote;
  readonly principal: Principal;
  readonly limits: Limits;
  /** Aborts when the connection is over: whatever lives with it ends now. */
  readonly over: AbortSignal;
  /** Begins nothing more, and ends the connection once everything is answered. */
  retire(): void;
  /**
   * Says who it is, for `rpc.hello`.
   * @throws ProtocolError `unauthenticated`, `insecure_transport` or `rate_limited`
   */
  identify(auth: Auth): Promise<void>;
  /** Agrees how often it will send something at least, for `rpc.hello`; returns the milliseconds agreed to. */
  agreeHeartbeat(ms: number): number;
}
