import { ProtocolError } from './errors.ts';

export type JsonObject = Record<string, unknown>;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The message of a line, without its LF.
 * @throws ProtocolError `bad_utf8`, `parse_error` or `too_deep`
 */
export function parseLine(line: Uint8Array | string, depth: number): JsonObject {
  const text = typeof line === 'string' ? line : decode(line);
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProtocolError('parse_error', 'A line must be one JSON object; batches and bare values are not taken.');
  }
  if (opensMore(text, depth) && isDeeper(value, depth)) {
    throw new ProtocolError('too_deep', `A message may be nested ${depth} levels deep.`);
  }
  if (hasHalfPair(text, value)) throw new ProtocolError('bad_utf8', 'A string contains half of a surrogate pair.');
  return value as JsonObject;
}

/** True if a text in a value, which is this JSON, is one that UTF-8 cannot carry: only an escape can smuggle that in. */
export function hasHalfPair(json: string, value: unknown): boolean {
  return json.includes('\\u') && !isWellFormed(value);
}

/** The text of bytes that are ASCII alone, so that each is one character; undefined for any others. */
export function asciiOf(bytes: Uint8Array): string | undefined {
  try {
    const text = decoder.decode(bytes);
    return text.length === bytes.length ? text : undefined;
  } catch {
    return undefined;
  }
}

function decode(line: Uint8Array): string {
  try {
    return decoder.decode(line);
  } catch (cause) {
    throw new ProtocolError('bad_utf8', 'The line is not UTF-8.', {}, { cause });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ProtocolError('parse_error', 'The line is not JSON. One JSON object a line, ended by LF.', {}, { cause });
  }
}

/** True if more than `most` objects and arrays seem to begin in a text: with fewer, none is nested deeper. */
function opensMore(text: string, most: number): boolean {
  let count = 0;
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      count += 1;
      if (count > most) return true;
    }
  }
  return false;
}

/** True if objects and arrays are nested more than `depth` levels. `for in`, since this runs for every long list. */
function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth === 0) return true;
  for (const key in value) {
    if (isDeeper((value as JsonObject)[key], depth - 1)) return true;
  }
  return false;
}

/** True if UTF-8 can carry every text in a value. */
function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, member]) => key.isWellFormed() && isWellFormed(member));
}
