import type { Frame } from '@sextant/protocol/frame';
import type { ProtocolError } from '@sextant/protocol/errors';
import type { Limits } from '@sextant/protocol/limits';

/** What happens on a connection. Nothing follows `closed`. */
export interface ConnectionEvents {
  frame(frame: Frame): void;
  /** A line could not be read. With `fatal` the position is lost, and no more frames follow. */
  malformed(error: ProtocolError, fatal: boolean): void;
  /** The other side will send no more; it may still read. */
  ended(): void;
  /** Over, in both directions; `error` says why where it was no orderly end. */
  closed(error: Error | undefined): void;
}

/** The other side of a connection, for people, limits and trust. */
export interface Remote {
  /** Its address; empty for a Unix socket. */
  readonly host: string;
  readonly port: number;
  /** What carries the frames. */
  readonly transport: 'tcp' | 'unix' | 'websocket' | 'http';
  /** Nobody between the two can read along: TLS. */
  readonly encrypted: boolean;
  /** It is on this machine: a Unix socket or a loopback address. */
  readonly local: boolean;
}

/**
 * High-water marks of output above which a service reads no more requests. Streams pause at one and leave less than two
 * waiting, so that it goes on to hear a `rpc.cancel` or `rpc.ping` however fast they are; only answers get that far.
 */
export const HOLD_MARKS = 4;

/** Frames in, frames out, whatever carries them. */
export interface Connection {
  readonly remote: Remote;
  /** What this side keeps to; raised once the other side has said who it is. */
  limits: Limits;
  /** Begins to read. Called once. */
  open(events: ConnectionEvents): void;
  /**
   * Queues the parts of one frame; everything queued in one turn of the event loop leaves in one write. Shared bytes
   * are never copied or changed.
   */
  send(...parts: (string | Uint8Array)[]): void;
  /**
   * Where frames are not told apart by what carries them: sends whole ones without bodies, `count` of them, in any
   * pieces, behind all that is queued and without waiting for the end of the turn.
   */
  sendLines?(pieces: readonly Uint8Array[], count: number): void;
  /** Bytes that have come so far: whoever sends a long frame is heard before it is whole. */
  readonly receivedBytes: number;
  /** Frames handed over to be sent so far. */
  readonly sentFrames: number;
  /** Bytes waiting to be written. */
  readonly pendingBytes: number;
  /** Bytes that the system has taken so far, in steps of a write: who takes none while some wait stands still. */
  readonly writtenBytes: number;
  /** True while a source should pause: more waits than the high-water mark. */
  readonly congested: boolean;
  /** Resolves when no longer congested, or when the connection is over. */
  drained(): Promise<void>;
  /** Stops reading until as many `resume` as `pause` were called: the other side is slowed to our speed. */
  pause(): void;
  resume(): void;
  /**
   * The other side has ended, and may be gone or may still read: only bytes can tell. Does nothing where a connection tells
   * of its end by itself.
   */
  probe(): void;
  /** Writes what is queued, then says that nothing follows. */
  end(): void;
  /** Ends both directions at once; what is queued is lost. */
  destroy(error?: Error): void;
}
