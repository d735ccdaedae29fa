import { readFileSync } from 'node:fs';
import { codeOf } from '../launch/reasons.ts';
import { parseLine, type Entry } from './entry.ts';

/** What a journal tells of earlier lives of a service. */
export interface Past {
  /** The oldest first. */
  readonly entries: Entry[];
  /** The ids of all runs, also of those of which nothing else could be told any more. */
  readonly ids: ReadonlySet<string>;
  /** The start of the machine that the last life was in; undefined where that ended well. */
  readonly boot?: string | undefined;
  /** Lines that say nothing. */
  readonly unread: number;
}

/** @throws the system's error if it is there and cannot be read. */
export function readPast(path: string): Past {
  const entries = new Map<string, Entry>();
  const ids = new Set<string>();
  let boot: string | undefined;
  let unread = 0;
  for (const text of linesOf(path)) {
    const line = parseLine(text);
    if (!line) unread += 1;
    else if ('boot' in line) ({ boot } = line);
    else if ('starting' in line) ids.add(line.starting);
    else if ('closed' in line) boot = undefined;
    else {
      const facts = line.facts ?? entries.get(line.run.id)?.facts;
      ids.add(line.run.id);
      if (facts) entries.set(line.run.id, { ...line, facts });
    }
  }
  const sorted = [...entries.values()].sort((a, b) => a.facts.number - b.facts.number);
  return { entries: sorted, ids, boot, unread };
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
