/**
 * Ceilings of one connection. A service announces the ones it keeps in its answer to `rpc.hello`;
 * every number here may be lowered or raised in a service's configuration.
 */
export interface Limits {
  /** Bytes of one line, without its LF. */
  line: number;
  /** Levels of objects and arrays in one message. */
  depth: number;
  /** Bytes of one body. */
  body: number;
  /** Requests of one connection that may be unanswered at a time. */
  inFlight: number;
  /** Bytes of body per request that a client may send ahead of what the service has granted. */
  window: number;
  /** Bytes waiting to be written above which a sender pauses its source. */
  outputHighWater: number;
  /** Bytes waiting to be written above which the connection is reset: its reader does not read. */
  outputHard: number;
  /** Bytes waiting to be written on all connections of one service; above it, the one with most is reset. */
  outputTotal: number;
  /** Malformed lines after which the connection is closed. */
  malformed: number;
  /** Milliseconds within which a new connection must complete its first line. */
  firstLineMs: number;
  /** Milliseconds without any progress of pending output after which the connection is reset. */
  stalledWriteMs: number;
  /** Milliseconds a unary method may take when its request names no timeout of its own. */
  timeoutMs: number;
  /** Milliseconds a TLS handshake may take. */
  handshakeMs: number;
  /** Milliseconds within which the header of an HTTP request must be complete. */
  headerMs: number;
  /** Milliseconds of silence, with nothing unanswered, after which a connection without heartbeat is ended. */
  idleMs: number;
  /** Milliseconds for which the outcome of a request with a `key` is remembered. */
  keyMs: number;
  /** Milliseconds that unanswered requests have to be done when the service ends. */
  drainMs: number;
  /** Connections of one service at a time. */
  connections: number;
  /** Connections from one address at a time; from this machine itself, as many as there may be. */
  perAddress: number;
  /** Connections from elsewhere that have not said who they are: from here on, new ones are dropped by chance. */
  strangersSome: number;
  /** ... and from here on, all new ones. In between, the chance grows from 30 % to 100 %. */
  strangersAll: number;
}

const KiB = 1024;
const MiB = 1024 * KiB;

/** The defaults of `PROTOCOL.md`, section Limits. */
export const LIMITS: Readonly<Limits> = {
  // A page of 1,000 file names fits; a peer that never sends LF costs this much and no more.
  line: 64 * KiB,
  depth: 32,
  body: MiB,
  inFlight: 64,
  window: 256 * KiB,
  outputHighWater: 256 * KiB,
  outputHard: 8 * MiB,
  outputTotal: 256 * MiB,
  malformed: 100,
  firstLineMs: 20_000,
  stalledWriteMs: 30_000,
  timeoutMs: 30_000,
  handshakeMs: 10_000,
  headerMs: 10_000,
  idleMs: 600_000,
  keyMs: 600_000,
  drainMs: 8000,
  connections: 12_000,
  perAddress: 64,
  strangersSome: 64,
  strangersAll: 512,
};

/** What differs for a connection that may not ask anything yet: enough to say who it is. */
export const STRANGER_LIMITS = {
  line: 4 * KiB,
  body: 0,
  inFlight: 1,
  outputHighWater: 16 * KiB,
  // One answer, so that a stranger may ask what the service has: an OpenRPC document takes up to 45 KB.
  outputHard: 64 * KiB,
  malformed: 1,
} as const satisfies Partial<Limits>;

/**
 * Bytes that one page of a list may take as JSON: a quarter of a line stays free for the envelope around it and for
 * clients that keep a smaller line limit than ours.
 */
export const PAGE_BYTES = (LIMITS.line / 4) * 3;
