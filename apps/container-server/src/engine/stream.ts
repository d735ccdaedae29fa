import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ProtocolError } from '@sextant/protocol/errors';
import type Docker from 'dockerode';
import { Overdue } from './deadline.ts';

/** Which part of a log is wanted. */
export interface LogWish {
  follow: boolean;
  /** A time in nanoseconds. */
  from?: string | undefined;
  /** Entries, counted from the last. */
  tail?: number | undefined;
}

/** What comes once an answer has begun. */
export const NOTHING = new Uint8Array();

/** The engine was silent for too long. */
export function isOverdue(error: unknown): boolean {
  return Error.isError(error) && error.cause instanceof Overdue;
}

/** Asked directly: dockerode would read all of some answers before it gives them. */
export function openStream(
  { modem }: Docker,
  path: string,
  query: object,
  abortSignal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const options = { path, method: 'GET', abortSignal, isStream: true, statusCodes: { 200: true }, options: query };
  return new Promise((resolve, reject) => {
    modem.dial(options, (error: Error | null, stream: unknown) => {
      if (error) reject(error);
      else resolve(stream as AsyncIterable<Uint8Array>);
    });
  });
}

/** Seconds of an instant in nanoseconds, as the engine takes them. */
export function secondsOf(nanoseconds: bigint): string {
  return `${nanoseconds / 1_000_000_000n}.${String(nanoseconds % 1_000_000_000n).padStart(9, '0')}`;
}

/** The same of a time as text. */
export function unixTime(time: string): string {
  return `${Math.floor(Date.parse(time) / 1000)}.${time.slice(-10, -1)}`;
}

/**
 * A connection that is a program's from now on.
 * @throws ProtocolError `dependency_down` if it is none: a proxy in front of the engine may not let it be.
 */
export function upgraded(stream: Duplex): Duplex {
  if (stream instanceof Socket) return stream;
  stream.destroy();
  throw new ProtocolError(
    'dependency_down',
    'The Docker engine did not give the program a connection of its own; if there is a proxy in front of it, that must pass on "Upgrade: tcp".',
    { dependency: 'docker', retry: 'unknown' },
  );
}
