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
  /** Connections of one service at a time. */
  connections: number;
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
  connections: 12_000,
};

/**
 * Bytes that one page of a list may take as JSON: a quarter of a line stays free for the envelope around it and for
 * clients that keep a smaller line limit than ours.
 */
export const PAGE_BYTES = (LIMITS.line / 4) * 3;
