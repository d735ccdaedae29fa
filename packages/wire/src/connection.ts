import type { Frame } from '@sextant/protocol/frame';
import type { ProtocolError } from '@sextant/protocol/errors';

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

/** Frames in, frames out, whatever carries them. */
export interface Connection {
  /** The other side's address, for people and limits. */
  readonly remote: { readonly host: string; readonly port: number };
  /** Begins to read. Called once. */
  open(events: ConnectionEvents): void;
  /**
   * Queues bytes that are whole frames; everything queued in one turn of the event loop leaves in one write. Shared bytes
   * are never copied or changed.
   */
  send(...parts: (string | Uint8Array)[]): void;
  /** Bytes waiting to be written. */
  readonly pendingBytes: number;
  /** True while a source should pause: more waits than the high-water mark. */
  readonly congested: boolean;
  /** Resolves when no longer congested, or when the connection is over. */
  drained(): Promise<void>;
  /** Stops reading until as many `resume` as `pause` were called: the other side is slowed to our speed. */
  pause(): void;
  resume(): void;
  /** Writes what is queued, then says that nothing follows. */
  end(): void;
  /** Ends both directions at once; what is queued is lost. */
  destroy(error?: Error): void;
}
