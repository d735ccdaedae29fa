import { ProtocolError } from '@sextant/protocol/errors';
import { refused } from '../engine/reasons.ts';

export type Channel = 'stdout' | 'stderr';

/** What the engine stored of a log in one piece: a line, or 16 KiB of a longer one. */
export interface Entry {
  readonly channel: Channel;
  /** In nanoseconds; times of one form, so they compare as texts. */
  readonly time: string;
  readonly bytes: Uint8Array;
}

/** Finds the entries in what the engine sends of a log with timestamps, in any pieces. */
interface EntryReader {
  push(piece: Uint8Array): Entry[];
  /** What is left at the end. */
  end(): Entry[];
}

/** The log of a container without a terminal: each entry has a header that tells its channel and length. */
export class FramedEntries implements EntryReader {
  #rest: Buffer = Buffer.alloc(0);

  push(piece: Uint8Array): Entry[] {
    const data = Buffer.concat([this.#rest, piece]);
    const entries: Entry[] = [];
    let at = 0;
    while (data.length - at >= HEADER) {
      const length = data.readUInt32BE(at + 4);
      if (length > MAX_ENTRY) throw unreadable();
      const end = at + HEADER + length;
      if (data.length < end) break;
      entries.push(entryOf(channelOf(data, at, end), data.subarray(at + HEADER, end)));
      at = end;
    }
    this.#rest = data.subarray(at);
    return entries;
  }

  end(): Entry[] {
    return [];
  }
}

/**
 * The log of a container with a terminal: bytes, each entry beginning with its time. An entry ends with its line, or is a
 * full part of one, or what a program left without an end before it was started again. Then a later time follows, no later
 * than that of the next line: times that a program prints itself are mostly earlier than that of their line, or far ahead.
 */
export class RawEntries implements EntryReader {
  #rest: Buffer = Buffer.alloc(0);

  push(piece: Uint8Array): Entry[] {
    const data = Buffer.concat([this.#rest, piece]);
    const entries: Entry[] = [];
    let at = 0;
    for (let end = endOfEntry(data, at); end !== undefined; end = endOfEntry(data, at)) {
      entries.push(entryOf('stdout', data.subarray(at, end)));
      at = end;
    }
    this.#rest = data.subarray(at);
    return entries;
  }

  end(): Entry[] {
    const entries: Entry[] = [];
    for (let rest = this.#rest; rest.length > 0;) {
      const end = laterTime(rest, soon()) ?? rest.length;
      entries.push(entryOf('stdout', rest.subarray(0, end)));
      rest = rest.subarray(end);
    }
    this.#rest = Buffer.alloc(0);
    return entries;
  }
}

const HEADER = 8;
/** Far more than any of the engine's stores takes as one piece. */
const MAX_ENTRY = 4 * 1024 * 1024;
/** Bytes of a line that the engine stores as one entry. */
const PART = 16 * 1024;
const LF = 0x0a;
const TIME = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z) /g;
const BEGINS = new RegExp(`^${TIME.source}`);
/** Milliseconds that the engine's clock may be ahead. */
const SLACK_MS = 60_000;
const TIME_LENGTH = '2026-11-21T01:02:03.123456789Z'.length;
/** The time and the space after it. */
const PREFIX = TIME_LENGTH + 1;

function entryOf(channel: Channel, bytes: Buffer): Entry {
  const time = bytes.toString('latin1', 0, TIME_LENGTH);
  if (bytes.length < PREFIX || time.search(/^[\dT:.-]{29}Z$/) !== 0) throw unreadable();
  return { channel, time, bytes: bytes.subarray(PREFIX) };
}

function channelOf(data: Buffer, at: number, end: number): Channel {
  const kind = data[at];
  if (kind === 3) throw refused(data.toString('utf8', at + HEADER, end), undefined);
  return kind === 2 ? 'stderr' : 'stdout';
}

function endOfEntry(data: Buffer, at: number): number | undefined {
  const newline = data.indexOf(LF, at);
  const full = at + PREFIX + PART;
  let end = newline === -1 ? undefined : newline + 1;
  if ((end ?? data.length) > full) end = full;
  if (end === undefined) return undefined;
  const later = laterTime(data.subarray(at, end), timeAt(data, end) ?? soon());
  return later === undefined ? end : at + later;
}

/** Where another entry begins within what looks like one, if that was stored before `limit`. */
function laterTime(entry: Buffer, limit: string): number | undefined {
  const text = entry.toString('latin1');
  const own = text.slice(0, TIME_LENGTH);
  for (const { 1: time = '', index } of text.matchAll(TIME)) if (time > own && time <= limit) return index;
  return undefined;
}

/** The time of the entry that begins here, if it is there already. */
function timeAt(data: Buffer, at: number): string | undefined {
  const [, time] = BEGINS.exec(data.toString('latin1', at, at + PREFIX)) ?? [];
  return time;
}

/** No entry has a later time, whosever clock is a little ahead. */
function soon(): string {
  return new Date(Date.now() + SLACK_MS).toISOString().replace('Z', '999999Z');
}

function unreadable(): ProtocolError {
  return new ProtocolError('dependency_down', 'The Docker engine sent a log in a form that is not known here.', {
    dependency: 'docker',
    retry: 'no',
  });
}
