/** Characters of one text that are written down: enough to tell what it was. */
const MAX_TEXT = 256;
/** Of a stack, which no other side writes, enough to tell where it was. */
const MAX_STACK = 2048;
/** Levels and values of one entry, so that no object fills a disk. */
const MAX_DEPTH = 8;
const MAX_VALUES = 256;
const CUT = '...';

/** Members that could let somebody in, wherever they are. */
const SECRETS = new Set(['token', 'auth', 'authorization', 'signature']);

type Members = Record<string, unknown>;

/** What may still be written of one entry. */
interface Room {
  values: number;
}

/**
 * A copy of what is to be logged that nobody can harm the log with: texts cut at 256 characters, secrets left out, no
 * more than 8 levels or 256 values, errors as plain objects.
 */
export function printable(value: unknown): unknown {
  return copy(value, MAX_DEPTH, { values: MAX_VALUES });
}

/** The same for an object of named fields. */
export function printableFields(fields: object): Members {
  return copyMembers(Object.entries(fields), MAX_DEPTH, { values: MAX_VALUES });
}

/**
 * JSON in ASCII: whatever shows it takes no byte for the beginning of a command, and no text runs backwards. Outside of
 * its strings, JSON has no other characters anyway.
 */
export function toAscii(json: string): string {
  return json.replaceAll(/[^\n -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function copy(value: unknown, depth: number, room: Room): unknown {
  room.values -= 1;
  if (typeof value === 'string') return cut(value);
  if (typeof value === 'bigint') return cut(String(value));
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0 || room.values < 0) return CUT;
  if (Error.isError(value)) return copyError(value, depth, room);
  if (Array.isArray(value)) return copyItems(value, depth, room);
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if ('toJSON' in value && typeof value.toJSON === 'function') return copy(value.toJSON(), depth - 1, room);
  return copyMembers(Object.entries(value), depth, room);
}

/** What it carries of its own (`code`, `path`) comes before what every error has. */
function copyError(error: Error, depth: number, room: Room): Members {
  const { name, message, cause } = error;
  return Object.assign(copyMembers(Object.entries(error), depth, room), {
    type: cut(name),
    message: cut(message),
    stack: cut(stackOf(error), MAX_STACK),
    ...(cause !== undefined && { cause: copy(cause, depth - 1, room) }),
    ...('errors' in error && { errors: copy(error.errors, depth - 1, room) }),
  });
}

/** A stack begins with the whole message, which may be long: the places behind it are what counts. */
function stackOf({ message, stack = '' }: Error): string {
  const begin = stack.indexOf(message);
  return begin === -1 ? stack : stack.slice(0, begin) + cut(message) + stack.slice(begin + message.length);
}

function copyItems(items: readonly unknown[], depth: number, room: Room): unknown[] {
  const copies: unknown[] = [];
  for (const item of items) {
    if (room.values <= 0) return [...copies, CUT];
    copies.push(copy(item, depth - 1, room));
  }
  return copies;
}

function copyMembers(members: readonly (readonly [string, unknown])[], depth: number, room: Room): Members {
  // Without a prototype, a member called `__proto__` is one like any other.
  const copies = Object.create(null) as Members;
  for (const [name, value] of members) {
    if (room.values <= 0) {
      copies[CUT] = CUT;
      return copies;
    }
    copies[cut(name)] = copyMember(name, value, depth, room);
  }
  return copies;
}

function copyMember(name: string, value: unknown, depth: number, room: Room): unknown {
  const secret = SECRETS.has(name.toLowerCase()) && value !== undefined && value !== null;
  return secret ? '[redacted]' : copy(value, depth - 1, room);
}

function cut(text: string, max = MAX_TEXT): string {
  const kept = text.length <= max ? text : text.slice(0, max - CUT.length) + CUT;
  return kept.toWellFormed();
}
